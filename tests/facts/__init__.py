"""Believable facts with one-word builders: one guest, one host, one house by the sea near Lisbon.

One file for each aggregate has its commands (`to_…`) and its events; `story` tells who, where and
when. Everything can be imported from here.
"""

from tests.facts.alteration import *
from tests.facts.bank_payout import *
from tests.facts.booking import *
from tests.facts.calendar_feed import *
from tests.facts.conversation import *
from tests.facts.correction import *
from tests.facts.coupon import *
from tests.facts.damage_claim import *
from tests.facts.difference import *
from tests.facts.dispute import *
from tests.facts.document import *
from tests.facts.guest import *
from tests.facts.host_debt import *
from tests.facts.listing import *
from tests.facts.one_of_each import *
from tests.facts.own_transfer import *
from tests.facts.payment import *
from tests.facts.payout import *
from tests.facts.property import *
from tests.facts.provider import *
from tests.facts.refund import *
from tests.facts.review import *
from tests.facts.story import *
from tests.facts.support_case import *
from tests.facts.tax_account import *
from tests.facts.unapplied_receipt import *
from tests.facts.unit_calendar import *
from tests.facts.values import *
from tests.facts.verification import *
