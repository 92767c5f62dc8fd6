package faults

import (
	"context"
	"log/slog"
)

// Handler returns a log handler that passes everything on to h and reports
// errors to the sink: their message, which is Lodge's own, and those of their
// attributes that name something. It returns h itself if s is nil.
func (s *Sink) Handler(h slog.Handler) slog.Handler {
	if s == nil {
		return h
	}
	return &handler{Handler: h, sink: s}
}

type handler struct {
	slog.Handler
	sink  *Sink
	fault Fault // what the logger's own attributes say
}

// Enabled implements [slog.Handler].
func (h *handler) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelError || h.Handler.Enabled(ctx, level)
}

// Handle implements [slog.Handler].
func (h *handler) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelError {
		f := h.fault
		f.What = r.Message
		r.Attrs(func(a slog.Attr) bool {
			f = f.with(a)
			return true
		})
		h.sink.Report(f)
	}
	if !h.Handler.Enabled(ctx, r.Level) {
		return nil
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements [slog.Handler].
func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	next := *h
	next.Handler = h.Handler.WithAttrs(attrs)
	for _, a := range attrs {
		next.fault = next.fault.with(a)
	}
	return &next
}

// WithGroup implements [slog.Handler]. What is in a group names nothing here.
func (h *handler) WithGroup(name string) slog.Handler { return h.Handler.WithGroup(name) }

// with adds what an attribute says. Attributes that are not listed here stay in
// the log: the invoice's number above all.
func (f Fault) with(a slog.Attr) Fault {
	v := a.Value.Resolve()
	switch a.Key {
	case "carrier":
		f.Carrier = v.String()
	case "account":
		f.Account = v.String()
	case "submission":
		f.Submission = v.String()
	case "attempt":
		f.Attempt = v.String()
	case "name", "in": // of a piece of evidence; of a method of the carrier's
		f.Step = v.String()
	case "panic":
		f.Stack = stackOf(v.String())
	case "error":
		if err, ok := v.Any().(error); ok {
			f.Cause = cause(err)
		}
	}
	return f
}
