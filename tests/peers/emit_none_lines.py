"""The lines for mail servers in docs/emit-none.md, or on another page, as the page has them."""
import re
import subprocess

from case import SOURCE

PAGE = SOURCE / "docs/emit-none.md"


def block(part, values=None, page=PAGE):
    """Returns the block of the page that contains this text, with these values in place of others that it must have."""
    found = [text for text in re.findall(r"^```\w*\n(.*?)^```$", page.read_text(), re.DOTALL | re.MULTILINE) if part in text]
    assert len(found) == 1, (part, len(found))
    text = found[0]
    for old, new in (values or {}).items():
        assert old in text, (old, text)
        text = text.replace(old, str(new))
    return text


def options_of(service, values=None):
    """Returns the -o lines of that service of master.cf as one line."""
    return " ".join(line.strip() for line in block(service, values).splitlines() if line.startswith("  -o "))


def shell(postfix, text):
    """Runs lines of the page that use postconf on this Postfix; returns their output."""
    script = f"postconf() {{ /usr/sbin/postconf -c {postfix.folder}/etc \"$@\"; }}\n{text}"
    return subprocess.run(["/bin/sh", "-ec", script], stdout=subprocess.PIPE, check=True, text=True, timeout=60).stdout


def run_postconf(postfix, setting, values=None):
    """Runs the `postconf -e` of the page that changes a setting ("name ="); returns its new value."""
    text = "".join(line + "\n" for line in block(setting, values).splitlines() if not line.startswith(("systemctl", "postfix ")))
    shell(postfix, text)
    return shell(postfix, f"postconf -h {setting.rstrip(' =')}").strip()
