// Package evidence keeps what was seen: pictures, page texts, answers, intents.
// Everything is scrubbed of secrets before it is written and hashed after, and
// nothing written is ever changed.
package evidence
