# SPDX-License-Identifier: LGPL-2.1-or-later
"""An authority of our own for the machine's servers, thrown away with the machine."""
import pathlib

from machine import output_of

SERVER = "gateway.kiosk.example"  # whom the certificate names; the machine's other names it does not
FOLDER = pathlib.Path("/etc/ssl/gateway")
AUTHORITY = FOLDER / "authority.pem"  # whom a channel is to trust
CERTIFICATE = FOLDER / "certificate.pem"
KEY = FOLDER / "key.pem"


def make_certificates():
    """Makes them where they are not there yet, and the name for which they are good."""
    if CERTIFICATE.exists():
        return
    FOLDER.mkdir()
    make = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    authority_key = FOLDER / "authority.key"
    output_of(*make, "-subj", "/CN=An authority that is thrown away", "-keyout", str(authority_key), "-out", str(AUTHORITY))
    output_of(*make, "-CA", str(AUTHORITY), "-CAkey", str(authority_key), "-subj", f"/CN={SERVER}", "-addext",
              f"subjectAltName=DNS:{SERVER}", "-addext", "basicConstraints=CA:FALSE", "-keyout", str(KEY), "-out",
              str(CERTIFICATE))
    with open("/etc/hosts", "a", encoding="ascii") as hosts:
        hosts.write(f"127.0.0.1 {SERVER}\n")
