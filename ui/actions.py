"""The table of everything a person can do to what is selected. No Qt, no asyncio.

Ids: case.acknowledge case.own case.promise case.reassign case.decline case.hold case.shelve case.unshelve case.resolve
case.close case.reopen case.note case.trend case.why case.finish · hold.review hold.dispose hold.release ·
order.confirm order.reassign person.reassign assignment.accept assignment.decline assignment.withdraw ·
handover.draft handover.sign item.accept · posting.retry · report · sign_in · sign_out.
"""

from __future__ import annotations
