package dynamo

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/smithy-go"

	"example.com/lodge/internal/ledger"
)

// A cause says in plain words what an error code of DynamoDB means here.
type cause struct {
	code  string // Developer Guide, "Error handling with DynamoDB"
	says  string
	wraps error
}

func causes() []cause {
	const busy = "DynamoDB is asked for more than it gives at this moment; try again"
	const denied = "this program's role may not do that; the operator gives it the right, or does it as somebody who has it"
	return []cause{
		{"ProvisionedThroughputExceededException", busy, ledger.ErrBusy},
		{"ThrottlingException", busy, ledger.ErrBusy},
		{"RequestLimitExceeded", busy + ", or the operator has the account's quota raised", ledger.ErrBusy},
		{"ResourceNotFoundException", "there is no such table, or it lacks an index; the operator deploys it", nil},
		{"AccessDeniedException", denied, nil},
		{"UnrecognizedClientException", "the credentials are not valid; the operator looks at the role or the profile", nil},
		{"ExpiredTokenException", "the credentials have expired; the operator logs in again", nil},
	}
}

// explain says which ledger, what failed and who acts. nil stays nil.
func (e *Engine) explain(what string, err error) error {
	if err == nil {
		return nil
	}
	if failed, ok := errors.AsType[smithy.APIError](err); ok {
		for _, c := range causes() {
			switch {
			case failed.ErrorCode() != c.code:
			case c.wraps != nil:
				return fmt.Errorf("ledger %s: %s: %s: %w: %w", e.table, what, c.says, c.wraps, err)
			default:
				return fmt.Errorf("ledger %s: %s: %s: %w", e.table, what, c.says, err)
			}
		}
	}
	return fmt.Errorf("ledger %s: %s: %w", e.table, what, err)
}

// refused says whether a condition did not hold.
func refused(err error) bool {
	failed, ok := errors.AsType[smithy.APIError](err)
	return ok && failed.ErrorCode() == "ConditionalCheckFailedException"
}

// tooLarge says whether an item would be larger than DynamoDB takes, 400 KB.
func tooLarge(err error) bool {
	failed, ok := errors.AsType[smithy.APIError](err)
	return ok && failed.ErrorCode() == "ValidationException" && strings.Contains(strings.ToLower(failed.ErrorMessage()), "item size")
}
