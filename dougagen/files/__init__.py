"""FILES: opened, read and written so that nothing foreign is read, waited for or overwritten.

Every room that touches the disk does it here. ``folder`` has the handle below which files are opened;
``whole`` has the same by paths: ``read_file``, ``write_file``, ``new_file`` and their neighbours. ``place``
makes a path of what was typed, also of an address of a store (``stores``).
"""

from dougagen.files.addresses import READ_ONLY, StorePath, is_address, place, require_local, without_password
from dougagen.files.folder import FileRefused, Folder, FolderRefused, Refusal
from dougagen.files.stores import (
    ABSENT,
    TRIALS,
    ConditionalStore,
    StoreRefused,
    conditional,
    own_folder,
    staged,
    store_of,
)
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
    "ABSENT",
    "READ_ONLY",
    "TRIALS",
    "ConditionalStore",
    "FileRefused",
    "Folder",
    "FolderRefused",
    "Refusal",
    "StorePath",
    "StoreRefused",
    "append_file",
    "conditional",
    "copy_file",
    "folder_at",
    "hidden_name",
    "is_address",
    "is_file",
    "names_in",
    "new_file",
    "open_file",
    "own_folder",
    "place",
    "read_file",
    "refused_as",
    "remove_file",
    "require_file_or_nothing",
    "require_local",
    "staged",
    "stat_of",
    "store_of",
    "without_password",
    "write_file",
]
