package secret

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"sync"
)

// Writer returns a writer to w that scrubs, wherever the text is cut into
// writes. It passes on at once all that cannot be the beginning of a value and
// keeps the rest until it knows; Close writes what is left and does not close
// w. It is safe for use by several goroutines.
func (s *Scrubber) Writer(w io.Writer) io.WriteCloser { return &writer{scrubber: s, out: w} }

type writer struct {
	scrubber *Scrubber
	out      io.Writer

	mu   sync.Mutex
	kept []byte // the beginning of a value, perhaps
}

// Write implements [io.Writer].
func (w *writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := slices.Concat(w.kept, p)
	set := w.scrubber.set.Load()
	if set == nil {
		w.kept = nil
		_, err := w.out.Write(text)
		return len(p), err
	}
	spans, open := set.find(text)
	for len(spans) > 0 && spans[len(spans)-1].to > open {
		last := spans[len(spans)-1]
		spans, open = spans[:len(spans)-1], min(open, last.from)
	}
	w.kept = bytes.Clone(text[open:])
	if open == 0 {
		return len(p), nil
	}
	_, err := w.out.Write(set.cut(text[:open], spans))
	return len(p), err
}

// Close implements [io.Closer].
func (w *writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := w.scrubber.Scrub(w.kept)
	w.kept = nil
	if len(text) == 0 {
		return nil
	}
	_, err := w.out.Write(text)
	return err
}

// Error returns err with its text scrubbed, or err itself if nothing is to be
// removed. The error returned is still what err is to [errors.Is] and
// [errors.As], and does not unwrap: do not print what As finds.
func (s *Scrubber) Error(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	clean := s.ScrubString(text)
	if clean == text {
		return err
	}
	return &scrubbedError{clean, err}
}

type scrubbedError struct {
	text string
	err  error
}

func (e *scrubbedError) Error() string        { return e.text }
func (e *scrubbedError) Is(target error) bool { return errors.Is(e.err, target) }
func (e *scrubbedError) As(target any) bool   { return errors.As(e.err, target) }
