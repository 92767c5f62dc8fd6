package visit

// The steps that a [Progress] tells of.
const (
	StepLogin  = "login"
	StepLook   = "look"   // whether the site holds the invoice
	StepSubmit = "submit" // the form is filled in
	StepCommit = "commit" // the intent is written, the request goes
	StepVerify = "verify" // whether the history agrees with the result page
	StepReview = "review" // whether what is accepted still is
	StepDone   = "done"   // with the submission
	StepLeft   = "left"   // the visit is over; the last that is told, whatever happened
)
