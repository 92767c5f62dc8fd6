package submission

import (
	"slices"

	"example.com/lodge/carriers"
)

// A Row is one line of the table of moves. Of the rows whose Kind, From, By,
// Said and Want fit an event, the first whose guards all hold is taken.
type Row struct {
	Number int                   // as in docs/states.md; lines with the same number differ in the end only
	Kind   Kind                  // of the event
	From   []State               // of the revision that the event is about; None: there is none
	To     State                 // of that revision afterwards; None: it stays
	Next   State                 // of the revision that the event adds; None: it adds none
	By     []Actor               // who may cause it
	Said   carriers.ReceiptState // what the carrier's receipt must say; "": not asked
	Guards []Guard               // all must hold
	Text   string                // what happened, for people
}

// Table returns the rows: 1 to 18 are the design's, the later ones were found
// missing; docs/decisions.md has the reasons.
func Table() []Row { return slices.Clone(table) }

// table is made once: each event of each submission goes through it.
var table = slices.Concat(arrivals(), visits(), attempts(), lookUps(), decisions(), words(), recoveries())

func arrivals() []Row {
	intake := by(ByIntake)
	return []Row{
		{2, Arrived, from(States()...), None, None, intake, "", when(seenBefore()), "the same bytes came again"},
		{1, Arrived, from(None), None, Ready, intake, "", when(fit()), "the file came and is fit to be filed"},
		{1, Arrived, from(None), None, Quarantined, intake, "", when(unfit()), "the file came and is not fit to be filed"},
		{3, Arrived, from(Ready), Superseded, Ready, intake, "", when(nothingSent(), fit()), "another version of the file came before anything was sent"},
		{3, Arrived, from(Ready), Superseded, Quarantined, intake, "", when(nothingSent(), unfit()), "another version of the file came before anything was sent; it is not fit to be filed"},
		{4, Arrived, from(Submitting, Uncertain, Submitted, Accepted), None, NeedsPerson, intake, "", when(fit()), "another version of the file came while the carrier has, or may have, the one before"},
		{4, Arrived, from(Submitting, Uncertain, Submitted, Accepted), None, Quarantined, intake, "", when(unfit()), "another version of the file came while the carrier has, or may have, the one before; it is not fit to be filed"},
		{5, Arrived, from(Rejected), None, Ready, by(ByIntake, ByPerson), "", when(nothingSent(), fit()), "another version of the file came after the carrier's rejection"},
		{5, Arrived, from(Rejected), None, Quarantined, by(ByIntake, ByPerson), "", when(unfit()), "another version of the file came after the carrier's rejection; it is not fit to be filed"},
		{19, Arrived, from(Quarantined), Superseded, Ready, intake, "", when(nothingSent(), fit()), "a version of the file came that is fit to be filed"},
		{19, Arrived, from(Quarantined), Superseded, Quarantined, intake, "", when(unfit()), "another version of the file came; it is not fit to be filed either"},
		{19, Arrived, from(Quarantined), Superseded, NeedsPerson, intake, "", when(fit()), "a version of the file came that is fit to be filed, but one before it was sent"},
		{20, Arrived, from(NeedsPerson), Superseded, Ready, intake, "", when(nothingSent(), fit()), "another version of the file came before anything was sent"},
		{20, Arrived, from(NeedsPerson), Superseded, Quarantined, intake, "", when(nothingSent(), unfit()), "another version of the file came before anything was sent; it is not fit to be filed"},
		{21, Arrived, from(NeedsPerson, Rejected), None, NeedsPerson, intake, "", when(fit()), "another version of the file came while it is open whether the carrier has the one before"},
		{21, Arrived, from(NeedsPerson), None, Quarantined, intake, "", when(unfit()), "another version of the file came while it is open whether the carrier has the one before; it is not fit to be filed"},
		{21, Arrived, from(Ready), NeedsPerson, NeedsPerson, intake, "", when(fit()), "another version of the file came after the one before was sent and not found"},
		{21, Arrived, from(Ready), NeedsPerson, Quarantined, intake, "", when(unfit()), "another version of the file came after the one before was sent and not found; it is not fit to be filed"},
		{22, Arrived, from(Cancelled), None, NeedsPerson, intake, "", when(fit()), "another version of the file came after a person had cancelled the invoice"},
		{22, Arrived, from(Cancelled), None, Quarantined, intake, "", when(unfit()), "another version of the file came after a person had cancelled the invoice; it is not fit to be filed"},
		{23, Replaced, from(Quarantined), Superseded, None, intake, "", when(nothingSent()), "a version of the file came that can be read; it is filed under its invoice number"},
		{23, Arrived, from(Superseded), None, Quarantined, intake, "", when(unfit()), "the file can no longer be read"},
	}
}

func visits() []Row {
	return []Row{
		{6, FoundOnSite, from(Ready), Accepted, None, by(ByVisit), carriers.StateAccepted, when(thisRevision()), "the carrier's site already held it before Lodge sent anything"},
		{6, FoundOnSite, from(Ready), Submitted, None, by(ByVisit), carriers.StateReceived, when(thisRevision()), "the carrier's site already held it before Lodge sent anything; its checks still run"},
		{7, Contradicted, from(Ready), NeedsPerson, None, by(ByVisit), "", when(explained()), "what the carrier's site shows does not fit this invoice, or its attempts are spent"},
		{8, Postponed, from(Ready), None, None, by(ByVisit), "", when(later()), "it could not be sent now; nothing was sent"},
		{24, Postponed, from(Uncertain, Submitted), None, None, by(ByVisit, ByReconcile), "", when(later()), "the carrier's site could not be asked now"},
		{25, Released, from(States()...), None, None, by(ByPerson), "", when(explained(), onHold()), "the person's hold was ended"},
		{25, Released, from(Ready, Uncertain, Submitted), None, None, by(ByPerson, ByVisit), "", when(explained(), otherHold()), "the hold was ended"},
	}
}

func attempts() []Row {
	gate := by(ByGate)
	return []Row{
		{9, Intended, from(Ready), Submitting, None, gate, "", when(free(), newAttempt(), leased(), lookedBefore(), lookedAnew(), sendsLeft(), triesLeft()), "it is being sent"},
		{10, NotSent, from(Submitting), Ready, None, gate, "", when(sameAttempt(), saidNotSent()), "it is proven that nothing was sent"},
		{11, Answered, from(Submitting), Submitted, None, gate, carriers.StateReceived, when(sameAttempt(), notSaidUnsent()), "the carrier's site took it in; its checks still run"},
		{11, Answered, from(Submitting), Accepted, None, gate, carriers.StateAccepted, when(sameAttempt(), notSaidUnsent(), witnessed()), "the carrier's site accepted it"},
		{11, Answered, from(Submitting), Submitted, None, gate, carriers.StateAccepted, when(sameAttempt(), notSaidUnsent()), "the carrier's site accepted it; a second witness is awaited"},
		{11, Answered, from(Submitting), Rejected, None, gate, carriers.StateRejected, when(sameAttempt(), notSaidUnsent()), "the carrier's site refused it"},
		{12, Lost, from(Submitting), Uncertain, None, gate, "", when(sameAttempt()), "it was sent and the answer is not known: it is looked up"},
		{12, Lost, from(Submitting), Uncertain, None, by(ByTakeover), "", nil, "the program that was sending it ended before the answer was known: it is looked up"},
	}
}

func lookUps() []Row {
	word := by(ByReconcile, ByMail)
	open := from(Uncertain, Submitted)
	return []Row{
		{13, LookedUp, open, Submitted, None, word, carriers.StateReceived, when(thisRevision(), sinceIntent()), "the carrier holds it; its checks still run"},
		{13, LookedUp, open, Accepted, None, word, carriers.StateAccepted, when(thisRevision(), sinceIntent()), "the carrier accepted it"},
		{13, LookedUp, open, Rejected, None, word, carriers.StateRejected, when(thisRevision(), sinceIntent()), "the carrier refused it"},
		{14, Absent, from(Uncertain), Ready, None, by(ByReconcile), "", when(settled(), onlyDraft()), "only a draft of it is on the carrier's site"},
		{14, Absent, from(Uncertain), Ready, None, by(ByReconcile), "", when(absenceProven()), "it is proven that the carrier does not hold it"},
		{26, Absent, open, None, None, by(ByReconcile), "", when(looked(), later()), "the carrier's site did not show it; that proves nothing yet"},
		{15, Unsettled, open, NeedsPerson, None, by(ByReconcile), "", when(explained()), "Lodge cannot find out whether the carrier holds it"},
		{50, Reviewed, from(Accepted), None, None, by(ByReconcile), "", when(explained()), "it was looked at again"},
		{51, Unsettled, from(Accepted), NeedsPerson, None, by(ByReconcile), "", when(explained(), accountedFor()), "the carrier's site does not show it as it was accepted"},
		{16, LookedUp, from(Accepted), Rejected, None, word, carriers.StateRejected, when(thisRevision(), sinceIntent()), "the carrier refused it after it had accepted it"},
	}
}

func decisions() []Row {
	person := by(ByPerson)
	return []Row{
		{17, Decided, from(NeedsPerson), Ready, None, person, "", when(explained(), noOtherLive(), freshLook()), "a person wants it filed"},
		{17, Decided, from(NeedsPerson), Accepted, None, person, "", when(explained(), noOtherLive(), hasReceipt(carriers.StateAccepted), ownNumber(), agrees()), "a person has the carrier's word that it is accepted"},
		{17, Decided, from(NeedsPerson), Rejected, None, person, "", when(explained(), hasReceipt(carriers.StateRejected), agrees()), "a person has the carrier's word that it is rejected"},
		{17, Decided, from(NeedsPerson), Cancelled, None, person, "", when(explained()), "a person ended the duty"},
		{18, Decided, from(Quarantined, Ready, Rejected), Cancelled, None, person, "", when(explained()), "a person ended the duty"},
		{27, Decided, from(NeedsPerson), Uncertain, None, person, "", when(explained(), noOtherLive()), "a person wants it looked up"},
		{28, Decided, from(Rejected), None, Ready, person, "", when(explained(), nothingSent(), noOtherLive(), latest()), "a person wants the same file filed again after the carrier's rejection"},
		{29, Decided, from(Submitted, Accepted), Cancelled, None, person, "", when(explained()), "a person has the carrier's word that it is withdrawn"},
		{30, Held, from(Quarantined, Ready, Uncertain, Submitted, Rejected, NeedsPerson), None, None, person, "", when(explained(), free(), keyed()), "a person holds it back"},
		{31, Decided, from(Ready, Uncertain, NeedsPerson), Submitted, None, person, "", when(explained(), noOtherLive(), byHand(), ownNumber()), "a person filed it by hand: it is looked up"},
	}
}

// words are decisions that people take for the carrier, and those by which they
// take back what people said.
func words() []Row {
	person, open := by(ByPerson), from(Uncertain, Submitted)
	return []Row{
		{32, Decided, open, Accepted, None, person, "", when(explained(), hasReceipt(carriers.StateAccepted), ownNumber(), agrees()), "a person has the carrier's word that it is accepted"},
		{33, Decided, open, Rejected, None, person, "", when(explained(), hasReceipt(carriers.StateRejected), agrees()), "a person has the carrier's word that it is rejected"},
		{34, Decided, from(Rejected), Accepted, None, person, "", when(explained(), noOtherLive(), hasReceipt(carriers.StateAccepted), numbered(), ownNumber()), "it was mended by hand at the carrier's site, which accepted it"},
		{35, Decided, from(Uncertain), Ready, None, person, "", when(explained(), freshLook()), "a person wants it filed: its look-up found nothing"},
		{36, Decided, from(Submitted), Ready, None, person, "", when(explained(), told(), freshLook()), "a person wants it filed: what was said to be filed by hand is not there"},
		{37, Decided, from(Cancelled), Ready, None, person, "", when(explained(), noOtherLive(), latest(), freshLook()), "a person wants it filed after all"},
		{38, Decided, from(Accepted, Rejected), Uncertain, None, person, "", when(explained(), noOtherLive(), told()), "what a person said of it is looked up"},
		{39, Decided, from(Cancelled), Uncertain, None, person, "", when(explained(), noOtherLive(), latest()), "a person wants it looked up after all"},
	}
}

func from(states ...State) []State { return states }
func by(actors ...Actor) []Actor   { return actors }
func when(guards ...Guard) []Guard { return guards }
