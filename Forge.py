"""The first release's command line: `python Forge.py --nRealm 2 --api native`. It is `forge realms`."""

import sys

from forge.cli import main

if __name__ == "__main__":
    sys.argv.insert(1, "realms")
    sys.exit(main())
