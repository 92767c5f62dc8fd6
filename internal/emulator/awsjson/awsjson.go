// Package awsjson serves the JSON protocol of AWS for emulators of services that
// nobody else's program stands in for. Nothing but tests imports it.
//
// A request is a POST to / whose X-Amz-Target is "PREFIX.Operation" and whose body
// is JSON; an error is a status with {"__type": code, "message": text}.
// Source: smithy.io, "AWS JSON 1.1 protocol".
package awsjson

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// contentType is that of requests and answers.
const contentType = "application/x-amz-json-1.1"

// longest bounds a request, in bytes.
const longest = 4 << 20

// An Error is the answer to a request that fails.
type Error struct {
	Status  int // 0: 400
	Code    string
	Message string
}

// Error implements error.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// An Operation answers one kind of request with what becomes JSON.
type Operation func(body []byte) (any, *Error)

// Handler serves the operations of a service. service is its name in signatures,
// such as "secretsmanager"; prefix that of its targets. around is called for each
// request, with its operation, and calls do, or does not.
func Handler(
	service, prefix string, operations map[string]Operation, around func(name string, body []byte, do Operation) (any, *Error),
) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, longest))
		if err != nil {
			return // the client is gone
		}
		name, ok := strings.CutPrefix(r.Header.Get("X-Amz-Target"), prefix+".")
		do := operations[name]
		var answer any
		var failed *Error
		switch {
		case r.Method != http.MethodPost || r.URL.Path != "/" || !ok || do == nil:
			failed = &Error{Code: "UnknownOperationException"}
		case r.Header.Get("Content-Type") != contentType:
			failed = &Error{Code: "SerializationException"}
		case !strings.Contains(r.Header.Get("Authorization"), "/"+service+"/aws4_request"):
			failed = &Error{Code: "MissingAuthenticationTokenException", Message: "Missing Authentication Token"}
		default:
			answer, failed = around(name, body, do)
		}
		write(w, answer, failed)
	})
}

// Lost is what an operation's error may be for an answer that never arrives.
const Lost = "-"

func write(w http.ResponseWriter, answer any, failed *Error) {
	if failed != nil && failed.Code == Lost {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("X-Amzn-Requestid", "11111111-2222-3333-4444-555555555555")
	if failed != nil {
		status := failed.Status
		if status == 0 {
			status = http.StatusBadRequest
		}
		w.WriteHeader(status)
		answer = map[string]string{"__type": failed.Code, "message": failed.Message}
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// Read reads a request's body into T.
func Read[T any](body []byte) (T, *Error) {
	var in T
	if err := json.Unmarshal(body, &in); err != nil {
		return in, &Error{Code: "SerializationException", Message: "not JSON"}
	}
	return in, nil
}
