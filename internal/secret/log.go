package secret

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
)

// Handler returns a log handler that scrubs messages, keys and values before h
// sees them, whatever h makes of them.
func (s *Scrubber) Handler(h slog.Handler) slog.Handler { return &handler{s, h} }

type handler struct {
	scrubber *Scrubber
	slog.Handler
}

// Handle implements [slog.Handler].
func (h *handler) Handle(ctx context.Context, r slog.Record) error {
	clean := slog.NewRecord(r.Time, r.Level, h.scrubber.ScrubString(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(h.scrubber.attr(a))
		return true
	})
	return h.Handler.Handle(ctx, clean)
}

// WithAttrs implements [slog.Handler].
func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &handler{h.scrubber, h.Handler.WithAttrs(h.scrubber.attrs(attrs))}
}

// WithGroup implements [slog.Handler].
func (h *handler) WithGroup(name string) slog.Handler {
	return &handler{h.scrubber, h.Handler.WithGroup(h.scrubber.ScrubString(name))}
}

func (s *Scrubber) attrs(attrs []slog.Attr) []slog.Attr {
	out := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		out[i] = s.attr(a)
	}
	return out
}

func (s *Scrubber) attr(a slog.Attr) slog.Attr {
	return slog.Attr{Key: s.ScrubString(a.Key), Value: s.logged(a.Value.Resolve())}
}

// logged scrubs one value. A value that no rule knows is kept as it is only if
// neither its Go text nor its JSON holds anything to remove, since a handler
// may write either.
func (s *Scrubber) logged(v slog.Value) slog.Value {
	switch v.Kind() {
	case slog.KindString:
		return slog.StringValue(s.ScrubString(v.String()))
	case slog.KindGroup:
		return slog.GroupValue(s.attrs(v.Group())...)
	case slog.KindAny:
		return s.loggedAny(v)
	}
	if text := v.String(); s.finds([]byte(text)) { // a number can be a code
		return slog.StringValue(s.ScrubString(text))
	}
	return v
}

func (s *Scrubber) loggedAny(v slog.Value) slog.Value {
	switch x := v.Any().(type) {
	case error:
		if s.finds([]byte(x.Error())) {
			return slog.AnyValue(s.Error(x))
		}
	case []byte:
		return slog.StringValue(s.ScrubString(string(x)))
	}
	text := fmt.Sprintf("%+v", v.Any())
	encoded, err := json.Marshal(v.Any())
	if err != nil || s.finds([]byte(text)) || s.finds(encoded) {
		return slog.StringValue(s.ScrubString(text))
	}
	return v
}
