// Package bench holds what the measurements of Lodge share. Each measurement is
// a package of its own below this one; cmd/bench is their command line.
package bench

import (
	"encoding/json"
	"fmt"
	"io"
)

// A Job is what the clients that Lodge is compared with are told, as JSON on
// their standard input: log in to the simulated portal and file these.
type Job struct {
	Portal   string    `json:"portal"`   // address without a path
	Pin      string    `json:"pin"`      // base64 SHA-256 of its certificate's key
	User     string    `json:"user"`     //
	Password string    `json:"password"` //
	Pictures string    `json:"pictures"` // folder for screenshots
	Invoices []Invoice `json:"invoices"`
}

// An Invoice is what somebody who files it by the portal's form has to know.
type Invoice struct {
	Number string `json:"number"`
	Client string `json:"client"` // CLIENT_ID
	Matter string `json:"matter"` // CLIENT_MATTER_ID
	Path   string `json:"path"`   // of the LEDES file
}

// ReadJob reads a job as JSON.
func ReadJob(r io.Reader) (Job, error) {
	var job Job
	if err := json.NewDecoder(r).Decode(&job); err != nil {
		return job, fmt.Errorf("bench: the job: %w", err)
	}
	return job, nil
}
