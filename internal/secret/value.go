// Package secret keeps credentials: a value that cannot be printed, the stores
// that values come from, and a scrubber for whatever is written down.
package secret

import (
	"fmt"
	"io"
	"log/slog"
)

// redacted is what every way of printing a [Value] gives.
const redacted = "[secret]"

// A Value is one credential. It has no method that tells it: printing, logging
// and marshalling give "[secret]". Only [Reveal] reads it, and carriers cannot
// import this package. The zero Value is empty.
type Value struct{ text string }

// NewValue wraps text.
func NewValue(text string) Value { return Value{text} }

// Reveal is the text of v. It is for the browser, which types it, and for the
// scrubber, which removes it from everything written.
func Reveal(v Value) string { return v.text }

// Empty says whether v holds nothing.
func (v Value) Empty() bool { return v.text == "" }

// String implements [fmt.Stringer].
func (Value) String() string { return redacted }

// GoString implements [fmt.GoStringer].
func (Value) GoString() string { return redacted }

// Format implements [fmt.Formatter], so that no verb reaches the field.
func (Value) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, redacted) }

// LogValue implements [slog.LogValuer].
func (Value) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText implements [encoding.TextMarshaler], for JSON and YAML too.
func (Value) MarshalText() ([]byte, error) { return []byte(redacted), nil }
