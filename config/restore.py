"""Restores a backup.

`python -m config.restore DATA DESCRIPTOR NAME`. Everything is verified before anything is put in place.

A marker lies in the data folder from the first byte to the last check. Whatever happens in between, the
folder says so, and the next restore begins anew.
"""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

import psycopg

from config.archive import DUMP, SECRET_KEY, TOKEN, Contents, Member, sha256_of, unpack
from config.backup import count_rows, version
from config.connection import connection_of
from config.embedded_postgres import binaries
from config.instance import HEADS, DataFolder
from config.lifetime import Stage, opened, show, start_servers
from config.processes import dying_with_us
from config.refusal import Refusal, say
from config.services import Programs, Services, choose_services

_UNFINISHED = "A restore into this folder was not finished. Restore again (it begins anew), or delete the folder.\n"


def parts(folder: DataFolder) -> list[Path]:
    """Return what a restore puts in place."""
    cluster = folder.postgres
    return [
        cluster,
        cluster.with_name("postgres.new"),
        folder.evidence,
        folder.secret_key,
        folder.token,
        folder.heads,
        folder.valkey,
    ]


def staging(folder: DataFolder) -> Path:
    """Return where a backup is unpacked before it is believed."""
    return folder.root / "restore.new"


def remove(paths: list[Path]) -> None:
    """Remove files and folders."""
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def restore(path: Path, stream: BinaryIO, source: str) -> int:
    """Restore a backup into the data folder at `path`."""
    with opened(path) as stage:
        folder = stage.folder
        if folder.unfinished.exists():
            say("an earlier restore was not finished; beginning anew")
            remove([*parts(folder), staging(folder)])
        taken = [each.name for each in parts(folder) if each.exists()]
        if taken:
            raise Refusal(
                f"the data folder {folder.root} is not empty ({', '.join(taken)}): restore into another one, "
                "for example with --data, or move this one away."
            )
        _mark(folder)
        contents = _unpack(folder, stream, source)
        services = choose_services(folder)
        _restore_database(stage, services, contents)
        _put_in_place(folder, contents)
        _verify_in_place(folder, contents)
        stage.crew.stop()
        remove([staging(folder), folder.unfinished])
        _sync(folder.root)
        show(_report(contents, source, folder))
        return 0
    say("stopped before the restore was finished; a restore into the same folder begins anew")
    return 130


def _mark(folder: DataFolder) -> None:
    with folder.unfinished.open("w", encoding="utf-8") as file:
        file.write(_UNFINISHED)
        file.flush()
        os.fsync(file.fileno())
    _sync(folder.root)


def _unpack(folder: DataFolder, stream: BinaryIO, source: str) -> Contents:
    """Unpack beside the data. A backup that is refused leaves the folder as empty as it was."""
    staging(folder).mkdir(mode=0o700)
    try:
        contents = unpack(stream, staging(folder), source)
        made_by = str(contents.manifest["version"])
        if _numbers(made_by) > _numbers(version()):
            raise Refusal(
                f"{source} was made by Zenrei {made_by}, and this is {version()}: update first, then restore."
            )
    except Refusal:
        remove([staging(folder), folder.unfinished])
        raise
    return contents


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdecimal()]


def _restore_database(stage: Stage, services: Services, contents: Contents) -> None:
    if services.cluster is None:
        raise Refusal("restore works on the embedded database: unset DATABASE_URL.")
    alone = Services(services.cluster, None)
    start_servers(stage, alone, Programs(stage.folder, alone))
    stage.requests.check()
    command = [str(binaries() / "pg_restore"), "--exit-on-error", "--no-owner", "--single-transaction"]
    name, told = connection_of(services.cluster.url)
    command += [f"--dbname={name}", str(staging(stage.folder) / DUMP)]
    result = subprocess.run(
        [*dying_with_us(signal.SIGKILL), *command],
        env=os.environ | told,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    stage.requests.check()
    if result.returncode != 0:
        raise Refusal(f"the database could not be restored:\n{result.stderr.strip()}", exit_code=1)
    with psycopg.connect(services.cluster.url) as connection:
        counts = count_rows(connection)
    for table, rows in contents.manifest["tables"].items():
        if counts.get(table) != rows:
            raise Refusal(f"{table} has {counts.get(table)} rows after the restore, and had {rows}.", exit_code=1)


def _put_in_place(folder: DataFolder, contents: Contents) -> None:
    unpacked = staging(folder)
    # The key that was made for the empty cluster gives way to the one that signed what is restored.
    for name, target in (
        (SECRET_KEY, folder.secret_key),
        (TOKEN, folder.token),
        (HEADS, folder.heads),
        ("evidence", folder.evidence),
    ):
        if (unpacked / name).exists():
            (unpacked / name).replace(target)
    for path in (_placed(folder, member) for member in contents.members.values()):
        if path is not None and path.is_relative_to(folder.evidence):
            path.chmod(0o440)
    # Before the marker goes: a row must never outlive a power cut that its blob's name does not.
    if folder.evidence.exists():
        for inner in [folder.evidence, *(path for path in folder.evidence.rglob("*") if path.is_dir())]:
            _sync(inner)
    _sync(folder.root)


def _placed(folder: DataFolder, member: Member) -> Path | None:
    """Return where a member lies after the restore; None for one that does not stay a file."""
    if member.name in (SECRET_KEY, TOKEN, HEADS) or member.name.startswith("evidence/"):
        return folder.root / member.name
    return None


def _verify_in_place(folder: DataFolder, contents: Contents) -> None:
    for member in contents.members.values():
        path = _placed(folder, member)
        if path is not None and sha256_of(path) != member.sha256:
            raise Refusal(f"{path} is not what was restored: the disk may be failing.", exit_code=1)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _report(contents: Contents, source: str, folder: DataFolder) -> str:
    blobs = [member for member in contents.members.values() if member.name.startswith("evidence/")]
    rows = sum(contents.manifest["tables"].values())
    return (
        f"Restored {source} of {contents.manifest['created']} into {folder.root}: {rows:,} rows in "
        f"{len(contents.manifest['tables'])} tables, {len(blobs):,} blobs of evidence "
        f"({sum(member.size for member in blobs):,} bytes); every hash was verified."
    )


def main(words: list[str]) -> int:
    """Read the command line and restore."""
    data, descriptor, source = words
    try:
        with os.fdopen(int(descriptor), "rb") as stream:
            return restore(Path(data), stream, source)
    except Refusal as refusal:
        say(str(refusal))
        return refusal.exit_code
    except (OSError, psycopg.Error) as error:
        say(f"the restore stopped: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
