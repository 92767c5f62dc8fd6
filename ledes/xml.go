package ledes

// xml is the step that reads LEDES XML.
func (r *reader) xml() (step, error) {
	r.whole(CodeUnsupported, 1, "LEDES XML")
	return r.drain, nil
}
