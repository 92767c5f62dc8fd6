package visit

// cleaned is an error whose text has no secret in it any more; what it wraps is
// for code that asks for kinds. Errors of pages tell what the page shows, and a
// page may show who logged in.
type cleaned struct {
	error
	text string
}

func (c cleaned) Error() string { return c.text }

func (c cleaned) Unwrap() error { return c.error }

// clean takes the visit's secrets out of an error's text.
func (s *session) clean(err error) error {
	if err == nil {
		return nil
	}
	if text := s.scrub.ScrubString(err.Error()); text != err.Error() {
		return cleaned{err, text}
	}
	return err
}
