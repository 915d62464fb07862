"""Validates B2MML messages against MESA's own schemas with libxml2. The schemas are read in place, never copied."""

import ctypes
import os
from pathlib import Path

from tests.needs import need_library, need_shared

POINTER, TEXT, INT = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
REPORT = ctypes.CFUNCTYPE(None, POINTER, POINTER)
NO_NETWORK = 1 << 11


class XmlError(ctypes.Structure):
    """The head of libxml2's `xmlError`."""

    _fields_ = (("domain", INT), ("code", INT), ("message", TEXT))


class B2mmlSchemas:
    """All schemas of one version, compiled once. `faults_of` says what is wrong with a message."""

    def __init__(self) -> None:
        folder = need_shared() / "data" / "b2mml"
        self._lib = library()
        self._said: list[str] = []
        self._report = REPORT(self._take)
        context = self._lib.xmlSchemaNewParserCtxt(os.fsencode(folder / "AllSchemas.xsd"))
        self._lib.xmlSchemaSetParserStructuredErrors(context, self._report, None)
        self._schema = self._lib.xmlSchemaParse(context)
        self._lib.xmlSchemaFreeParserCtxt(context)
        assert self._schema, self._said

    def faults_of(self, body: bytes) -> list[str]:
        """libxml2's words on a message; none for a valid one."""
        self._said.clear()
        document = self._lib.xmlReadMemory(body, len(body), b"message.xml", None, NO_NETWORK)
        if not document:
            return ["no XML at all"]
        context = self._lib.xmlSchemaNewValidCtxt(self._schema)
        self._lib.xmlSchemaSetValidStructuredErrors(context, self._report, None)
        code = self._lib.xmlSchemaValidateDoc(context, document)
        self._lib.xmlSchemaFreeValidCtxt(context)
        self._lib.xmlFreeDoc(document)
        return self._said[:] or (["invalid"] if code else [])

    def faults_of_file(self, path: Path) -> list[str]:
        return self.faults_of(path.read_bytes())

    def _take(self, _: object, error: int) -> None:
        said = ctypes.cast(error, ctypes.POINTER(XmlError)).contents.message or b""
        self._said.append(said.decode(errors="replace").strip())


def library() -> ctypes.CDLL:
    """libxml2 with the signatures used here."""
    lib = ctypes.CDLL(need_library("xml2", "libxml2"))
    for name, result, arguments in (
        ("xmlSchemaNewParserCtxt", POINTER, (TEXT,)),
        ("xmlSchemaSetParserStructuredErrors", None, (POINTER, REPORT, POINTER)),
        ("xmlSchemaParse", POINTER, (POINTER,)),
        ("xmlSchemaFreeParserCtxt", None, (POINTER,)),
        ("xmlSchemaNewValidCtxt", POINTER, (POINTER,)),
        ("xmlSchemaSetValidStructuredErrors", None, (POINTER, REPORT, POINTER)),
        ("xmlSchemaValidateDoc", INT, (POINTER, POINTER)),
        ("xmlSchemaFreeValidCtxt", None, (POINTER,)),
        ("xmlReadMemory", POINTER, (TEXT, INT, TEXT, TEXT, INT)),
        ("xmlFreeDoc", None, (POINTER,)),
    ):
        function = getattr(lib, name)
        function.restype, function.argtypes = result, arguments
    return lib
