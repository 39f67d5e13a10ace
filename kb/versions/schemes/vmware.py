"""VMware ESXi and vCenter: 8.0 U2b = 8.0.2b = 8.0 Update 2b; 7.0 U3 build-18644231 = 7.0.3-0.0.18644231."""

from kb.versions.scheme import Scheme, rewriting

VMWARE = Scheme(
    slug="vmware",
    title="VMware ESXi and vCenter",
    products=("esxi", "vmware-esxi", "vsphere", "vcenter", "vcenter-server", "vmware-vcenter-server", "vmware-vcenter"),
    rewrite=rewriting(
        (r"esxi([0-9])([0-9])u(?=[0-9])", r"esxi \1.\2 u"),
        (r"esxi[0-9]{3}-20[0-9]{7}\b|-(?:standard|no-tools)\b", ""),  # a patch's name says no build: it is refused
        (r"-[0-9]+\.[0-9]+\.([0-9]{6,})", r" build \1"),
        (r"(?<=[0-9a-z])[ -]+\(?([0-9]{7,})\)?", r" build \1"),
        (r"([0-9]+\.[0-9]+)(?:\.0)?[ ,-]*(?:u|update)[ -]?([0-9]+)(?: (?=[a-z]\b))?", r"\1.\2"),
    ),
)
