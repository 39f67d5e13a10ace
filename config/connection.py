"""How PostgreSQL's own programs are told where the database is: without its password on a command line."""

from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import Conninfo


def connection_of(url: str) -> tuple[str, dict[str, str]]:
    """Return what `--dbname` says of a URL, and the variables that say the rest, the password among them.

    A command line is shown to everybody by `ps`, an environment to its owner alone. Which word has which variable is
    asked of libpq; what has none (keepalives and the like, no secret but a key's pass phrase) stays in the first.
    """
    variables = {row.keyword.decode(): row.envvar.decode() for row in Conninfo.get_defaults() if row.envvar}
    words = conninfo_to_dict(url)
    environment = {variables[name]: str(value) for name, value in words.items() if name in variables}
    rest = {name: value for name, value in words.items() if name not in variables}
    return make_conninfo("", dbname=words.get("dbname"), **rest), environment
