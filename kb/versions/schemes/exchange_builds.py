"""Exchange's names and numbers, as Microsoft publishes them ("Exchange Server build numbers and release dates").

The 15. in front is left out, and so are the updates of levels before CU18 of 2013 and CU7 of 2016.
"""

from typing import Final

RTM: Final = {"2013": "0.516.32", "2016": "1.225.42", "2019": "2.221.12", "se": "2.2562.17"}

_2013 = """620.29 712.24 775.38 847.32 913.22 995.29 1044.25 1076.9 1104.5 1130.7 1156.6 1178.4 1210.3 1236.3 1263.5
    1293.2 1320.4 1347.2 1365.1 1367.3 1395.4 1473.3 1497.2"""
_2016 = """396.30 466.34 544.27 669.32 845.34 1034.26 1261.35 1415.2 1466.3 1531.3 1591.10 1713.5 1779.2 1847.3 1913.5
    1979.3 2044.4 2106.2 2176.2 2242.4 2308.8 2375.7 2507.6"""
_2019 = """330.5 397.3 464.5 529.5 595.3 659.4 721.2 792.3 858.5 922.7 986.5 1118.7 1258.12 1544.4 1748.10"""


def _levels(minor: str, numbers: str) -> dict[str, str]:
    return {f"cu{place}": f"{minor}.{number}" for place, number in enumerate(numbers.split(), 1)}


CUMULATIVE: Final = {
    "2013": {**_levels("0", _2013), "sp1": "0.847.32"},
    "2016": _levels("1", _2016),
    "2019": _levels("2", _2019),
}

_SECURITY = {
    "0.1347": "mar18su 5",
    "0.1365": "mar18su 3 may18su 7",
    "0.1367": "may18su 6 aug18su 9",
    "0.1395": "aug18su 7 oct18su 8 jan19su 10 mar21su 12",
    "0.1473": "feb19su 3 apr19su 4 jun19su 5 mar21su 6",
    "0.1497": """jul19su 3 nov19su 4 feb20su 6 oct20su 7 nov20su 8 dec20su 10 mar21su 12
        apr21su 15 may21su 18 jul21su 23 oct21su 24 nov21su 26 jan22su 28 mar22su 33 may22su 36
        aug22su 40 oct22su 42 nov22su 44 jan23su 45 feb23su 47 mar23su 48""",
    "1.1261": "mar18su 39",
    "1.1415": "mar18su 4 may18su 7 mar21su 8",
    "1.1466": "may18su 8 aug18su 9 mar21su 13",
    "1.1531": "aug18su 6 oct18su 8 jan19su 10 mar21su 12",
    "1.1591": "dec18su 11 jan19su 13 apr19su 16 jun19su 17 mar21su 18",
    "1.1713": "feb19su 5 apr19su 6 jun19su 7 jul19su 8 sep19su 9 mar21su 10",
    "1.1779": "jul19su 4 sep19su 5 nov19su 7 mar21su 8",
    "1.1847": "nov19su 5 feb20su 7 mar20su 10 mar21su 12",
    "1.1913": "feb20su 7 mar20su 10 mar21su 12",
    "1.1979": "sep20su 6 mar21su 8",
    "1.2044": "sep20su 6 oct20su 7 nov20su 8 dec20su 12 mar21su 13",
    "1.2106": "oct20su 3 nov20su 4 dec20su 6 feb21su 8 mar21su 13",
    "1.2176": "feb21su 4 mar21su 9 apr21su 12 may21su 14",
    "1.2242": "apr21su 8 may21su 10 jul21su 12",
    "1.2308": "jul21su 14 oct21su 15 nov21su 20 jan22su 21 mar22su 27",
    "1.2375": "oct21su 12 nov21su 17 jan22su 18 mar22su 24 may22su 28 aug22su 31 oct22su 32 nov22su 37",
    "1.2507": """may22su 9 aug22su 12 oct22su 13 nov22su 16 jan23su 17 feb23su 21 mar23su 23 jun23su 27 aug23su 31
        aug23suv2 32 oct23su 34 nov23su 35 mar24su 37 apr24hu 39 nov24su 43 nov24suv2 44 apr25hu 55 may25hu 57
        aug25su 58 sep25hu 59 oct25su 61 dec25su 63 feb26su 66 jun26su 69 jul26su 71 aug26su 72 sep26su 73
        sep26suv2 75""",
    "2.330": "feb19su 5 apr19su 7 jun19su 8 jul19su 9 sep19su 10 mar21su 11",
    "2.397": "jul19su 5 sep19su 6 nov19su 9 mar21su 11",
    "2.464": "nov19su 7 feb20su 11 mar20su 14 mar21su 15",
    "2.529": "feb20su 8 mar20su 11 mar21su 13",
    "2.595": "sep20su 6 mar21su 8",
    "2.659": "sep20su 6 oct20su 7 nov20su 8 dec20su 11 mar21su 12",
    "2.721": "oct20su 3 nov20su 4 dec20su 6 feb21su 8 mar21su 13",
    "2.792": "feb21su 5 mar21su 10 apr21su 13 may21su 15",
    "2.858": "apr21su 10 may21su 12 jul21su 15",
    "2.922": "jul21su 13 oct21su 14 nov21su 19 jan22su 20 mar22su 27",
    "2.986": """oct21su 9 nov21su 14 jan22su 15 mar22su 22 may22su 26 aug22su 29 oct22su 30 nov22su 36 jan23su 37
        feb23su 41 mar23su 42""",
    "2.1118": """may22su 9 aug22su 12 oct22su 15 nov22su 20 jan23su 21 feb23su 25 mar23su 26 jun23su 30 aug23su 36
        aug23suv2 37 oct23su 39 nov23su 40""",
    "2.1258": """jun23su 16 aug23su 23 aug23suv2 25 oct23su 27 nov23su 28 mar24su 32 apr24hu 34 nov24su 38
        nov24suv2 39""",
    "2.1544": """mar24su 9 apr24hu 11 nov24su 13 nov24suv2 14 apr25hu 25 may25hu 27 aug25su 33 sep25hu 34 oct25su 36
        dec25su 37 feb26su 39 jun26su 41 jul26su 43 aug26su 44 sep26su 46 sep26suv2 48""",
    "2.1748": """apr25hu 24 may25hu 26 aug25su 36 sep25hu 37 oct25su 39 dec25su 42 feb26su 43 jun26su 46 jul26su 48
        aug26su 49 sep26su 51 sep26suv2 53""",
    "2.2562": """aug25su 20 sep25hu 27 oct25su 29 dec25su 35 feb26su 37 may26hu 41 jun26su 43 jul26su 45 aug26su 46
        sep26su 49 sep26suv2 53""",
}
SECURITY: Final = {
    number: dict(zip(names.split()[::2], names.split()[1::2], strict=True)) for number, names in _SECURITY.items()
}
