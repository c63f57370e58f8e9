"""Sources: what ``data`` may name, each a module that reads rows.

``kind_of`` tells from the text alone which of them reads it, and :class:`Asked` binds that to all
that is asked of it; nothing is opened for either.
"""

from engine.sources.asked import Asked as Asked
from engine.sources.kinds import endings as endings
from engine.sources.kinds import kind_of as kind_of
from engine.sources.kinds import schemes as schemes
