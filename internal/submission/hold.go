package submission

// holds puts a person's hold on or takes it off, and says whether that was the
// event. What else the submission waits for stays as it is.
func (c change) holds() bool {
	switch {
	case c.e.Kind == Held:
		c.s.OnHold = OnHold{At: c.e.At, Who: c.e.Who, Why: c.e.Why}
	case c.e.Kind == Released && c.e.Hold == HoldPerson:
		c.s.OnHold = OnHold{}
	default:
		return false
	}
	return true
}
