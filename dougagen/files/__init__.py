"""FILES: opened, read and written so that nothing foreign is read, waited for or overwritten.

Every room that touches the disk does it here. ``folder`` has the handle below which files are opened;
``whole`` has the same by paths: ``read_file``, ``write_file``, ``new_file`` and their neighbours.
"""

from dougagen.files.folder import FileRefused, Folder, FolderRefused, Refusal
from dougagen.files.schemes import require_local
from dougagen.files.whole import (
    append_file,
    copy_file,
    folder_at,
    hidden_name,
    is_file,
    names_in,
    new_file,
    open_file,
    read_file,
    refused_as,
    remove_file,
    require_file_or_nothing,
    stat_of,
    write_file,
)

__all__ = [
    "FileRefused",
    "Folder",
    "FolderRefused",
    "Refusal",
    "append_file",
    "copy_file",
    "folder_at",
    "hidden_name",
    "is_file",
    "names_in",
    "new_file",
    "open_file",
    "read_file",
    "refused_as",
    "remove_file",
    "require_file_or_nothing",
    "require_local",
    "stat_of",
    "write_file",
]
