package cloud

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/smithy-go"

	"example.com/lodge/internal/outbox"
)

// throttled is how long a bus or topic is left alone that is asked too often: the
// SDK has tried several times by then.
const throttled = 30 * time.Second

// Codes that mean something for what is told (EventBridge API reference,
// PutEventsResultEntry and Common Errors; SNS API reference, Publish and Common
// Errors). Any other means that the receiver cannot be told anything now.
var (
	// busy: it takes it later.
	busy = []string{
		"ThrottlingException", "Throttling", "Throttled", "ThrottledException", "TooManyRequestsException", "RequestLimitExceeded",
		"KMSThrottling",
		"InternalFailure", "InternalException", "InternalError", "ServiceUnavailable",
	}
	// unfit: it never takes this event.
	unfit = []string{
		"InvalidArgument", "MalformedDetail", "ValidationException", "ValidationError", "InvalidParameter", "InvalidParameterValue",
		"ParameterValueInvalid", "RequestEntityTooLargeException",
	}
	// denied: this program's role may not.
	denied = []string{
		"AccessDeniedException", "AccessDenied", "AuthorizationError", "NotAuthorizedForSourceException", "NotAuthorizedForDetailTypeException",
	}
	// away: it is not there.
	away = []string{"NotFound", "NotFoundException", "ResourceNotFound", "ResourceNotFoundException"}
	// locked: its key cannot be used.
	locked = []string{"KMSAccessDenied", "KMSDisabled", "KMSInvalidState", "KMSNotFound", "KMSOptInRequired"}
)

// judge says what a failed call means for an event. What the service says in
// words is left out: it may repeat the event.
func judge(who, right string, e outbox.Event, err error) error {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return verdict(who, right, e, api.ErrorCode())
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s has not answered in %s", who, outbox.Patience)
	}
	if _, ok := errors.AsType[*smithy.DeserializationError](err); ok {
		return fmt.Errorf("the answer of %s cannot be read: the operator looks at what lies between this program and AWS", who)
	}
	return fmt.Errorf("%s cannot be reached: %w", who, err)
}

func verdict(who, right string, e outbox.Event, code string) error {
	why := fmt.Sprintf("%s answers %s", who, code)
	switch {
	case slices.Contains(busy, code):
		return &outbox.LaterError{After: throttled, Why: why}
	case slices.Contains(unfit, code):
		return &outbox.RefusedError{Event: e, Why: why}
	case slices.Contains(denied, code):
		return fmt.Errorf("%s: the operator gives this program's role the right to %s there", why, right)
	case slices.Contains(away, code):
		return fmt.Errorf("%s: it is not there, the operator corrects lodge.yaml", why)
	case slices.Contains(locked, code):
		return fmt.Errorf("%s: the operator looks at the topic's KMS key", why)
	}
	return fmt.Errorf("%s: the operator looks at it", why)
}
