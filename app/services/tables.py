"""The core's table of contents: one handler per command, and what reacts to which event."""

from __future__ import annotations

from collections.abc import Iterable

from app.domain import commands as c
from app.domain import events as e
from app.domain.erp import Capability
from app.services import (
    cases,
    controls,
    findings,
    handovers,
    holds,
    postings,
    proposals,
    refusals,
    routing,
    station,
    tasks,
    work,
)
from app.services.context import CommandTable, Context, Handler, ReactionTable

COMMAND_HANDLERS: CommandTable = {
    c.RecordFinding: findings.record_finding,
    c.CompleteCapsule: findings.complete_capsule,
    c.RecordGap: findings.record_gap,
    c.RecordCount: work.record_count,
    c.RecordRuns: proposals.record_runs,
    c.ReportException: cases.report_exception,
    c.AcknowledgeCase: cases.acknowledge_case,
    c.OwnCase: cases.own_case,
    c.AddNote: cases.add_note,
    c.ShelveCase: cases.shelve_case,
    c.UnshelveCase: cases.unshelve_case,
    c.ResolveCase: cases.resolve_case,
    c.CloseCase: cases.close_case,
    c.ReopenCase: cases.reopen_case,
    c.AcceptTask: tasks.accept_task,
    c.DeclineTask: tasks.decline_task,
    c.PromiseTask: tasks.promise_task,
    c.ReassignTask: tasks.reassign_task,
    c.FinishTask: tasks.finish_task,
    c.ExpireTask: tasks.expire_task,
    c.BreakPromise: tasks.break_promise,
    c.PlaceHold: holds.place_hold,
    c.ReviewHold: holds.review_hold,
    c.DisposeHold: holds.dispose_hold,
    c.ReleaseHold: holds.release_hold,
    c.RecordQualityCheck: holds.record_quality_check,
    c.ConfirmOrder: work.confirm_order,
    c.ProposeAssignment: work.propose_assignment,
    c.AcceptAssignment: work.accept_assignment,
    c.DeclineAssignment: work.decline_assignment,
    c.WithdrawAssignment: work.withdraw_assignment,
    c.ActivateAssignment: work.activate_assignment,
    c.FinishAssignment: work.finish_assignment,
    c.ProposeChange: proposals.propose_change,
    c.OfferProposal: proposals.offer_proposal,
    c.AcceptProposal: proposals.accept_proposal,
    c.DeclineProposal: proposals.decline_proposal,
    c.WithdrawProposal: proposals.withdraw_proposal,
    c.RecordExport: proposals.record_export,
    c.RecordEffect: proposals.record_effect,
    c.CloseProposal: proposals.close_proposal,
    c.DraftHandover: handovers.draft_handover,
    c.SignHandover: handovers.sign_handover,
    c.AcceptHandoverItem: handovers.accept_handover_item,
    c.RecordPosting: postings.record_posting,
    c.RetryPosting: postings.retry_posting,
    c.RequestControl: controls.request_control,
    c.RequestAlarmAct: controls.request_alarm_act,
    c.RecordControl: controls.record_control,
    c.SettleControl: controls.settle_control,
    c.SettleRefusal: refusals.settle_refusal,
    c.SignIn: station.sign_in,
    c.SignOut: station.sign_out,
}


def to_erp(handler: Handler, needs: Capability | None = None) -> Handler:
    """A reaction that makes postings: quiet in a plant without an ERP, or with one that can't do what it needs."""

    def react(event: e.Event, ctx: Context) -> Iterable[e.Event]:
        return handler(event, ctx) if ctx.plant.erp.takes(needs) else ()

    return react


EVENT_HANDLERS: ReactionTable = {
    e.CaseOpened: (routing.assess, routing.offer_tasks),
    e.CaseReopened: (routing.offer_anew,),
    e.CaseResolved: (to_erp(postings.post_downtime, Capability.DOWNTIME),),
    e.CountRecorded: (work.activate_moved_order,),
    e.ProductionConfirmed: (to_erp(postings.post_production),),
    e.HoldPlaced: (to_erp(postings.post_hold, Capability.LOT_BLOCKS),),
    e.HoldReleased: (to_erp(postings.post_release, Capability.LOT_BLOCKS),),
    e.AssignmentAccepted: (to_erp(postings.post_move, Capability.MOVE),),
    e.ProposalAccepted: (proposals.post_accepted,),
    e.PostingConfirmed: (proposals.note_written,),
    e.PostingRejected: (postings.route_refusal,),
    e.PostingParked: (postings.route_refusal,),
}
"""Reactions run in the same commit as the event that set them off: all of it happened, or none."""
