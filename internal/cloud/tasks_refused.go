package cloud

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/dispatch"
)

// A witness sees each try of one call, which the SDK's last error does not tell of:
// a try that timed out may have started a task, whatever the next one hears.
type witness struct {
	next   ecs.HTTPClient
	sent   int // tries of which something may have left this machine
	doubts int // those of them that were not refused in so many words
}

// attend is an option of one call.
func (w *witness) attend(o *ecs.Options) { w.next, o.HTTPClient = o.HTTPClient, w }

// Do implements [ecs.HTTPClient].
func (w *witness) Do(r *http.Request) (*http.Response, error) {
	resp, err := w.next.Do(r)
	if dial, ok := errors.AsType[*net.OpError](err); ok && dial.Op == "dial" {
		return resp, err // there was no connection to send anything on
	}
	w.sent++
	if err != nil || resp.StatusCode < 400 || resp.StatusCode >= 500 || resp.StatusCode == http.StatusRequestTimeout {
		w.doubts++
	}
	return resp, err
}

// definite says that no try can have done anything.
func (w *witness) definite() bool { return w.doubts == 0 }

// A cause says in plain words what an answer of ECS means, and who acts.
type cause struct {
	code string // an error's code, or what begins or is contained in a reason
	says string
	acts carriers.Person
}

// refusals are the error codes of RunTask (API Reference, "RunTask", Errors, and
// "Common Error Types") after which nothing was started.
func refusals() []cause {
	const denied = "the trigger's role may not do that: it needs ecs:RunTask on the task definition, ecs:TagResource and iam:PassRole"
	const credentials = "the credentials are not valid: see the role of the trigger, and its clock"
	return []cause{
		{"AccessDeniedException", denied, carriers.Operator},
		{"BlockedException", "AWS has blocked this account", carriers.Operator},
		{"ClientException", "ECS does not take the request", carriers.Operator},
		{"ClusterNotFoundException", "there is no such cluster: it is deployed", carriers.Operator},
		{"ExpiredTokenException", credentials, carriers.Operator},
		{"IncompleteSignature", credentials, carriers.Operator},
		{"InvalidClientTokenId", credentials, carriers.Operator},
		{"InvalidParameterException", "ECS does not take the request: something that was deployed is not there", carriers.Operator},
		{"InvalidSignatureException", credentials, carriers.Operator},
		{"LimitExceededException", "a quota of the AWS account is reached", carriers.Operator},
		{"MissingAuthenticationTokenException", credentials, carriers.Operator},
		{"OptInRequired", "the AWS account has not subscribed to ECS", carriers.Operator},
		{"PlatformTaskDefinitionIncompatibilityException", "Fargate cannot run this task definition", carriers.Operator},
		{"PlatformUnknownException", "there is no such version of Fargate", carriers.Operator},
		{"SignatureDoesNotMatch", credentials, carriers.Operator},
		{"UnrecognizedClientException", credentials, carriers.Operator},
		{"UnsupportedFeatureException", "ECS does not do this in this region", carriers.Operator},
		{"ValidationException", "ECS does not take the request", carriers.Operator},
	}
}

// reasons are those in failures[] of RunTask (Developer Guide, "API failure
// reasons" and "Service event messages"), by what is in them. The first that fits
// counts.
func reasons() []cause {
	return []cause{
		{"capacity is unavailable", "Fargate has no room at this moment", carriers.Nobody},
		{"provisioning", "ECS prepares as many tasks as it can at once", carriers.Nobody},
		{"reached the limit", "the quota of Fargate vCPUs or tasks is used up: have it raised, or let aws.tasks be less", carriers.Operator},
		{"above your limit", "the AWS account may not start tasks of this size: have the quota of Fargate vCPUs raised", carriers.Operator},
		{"free addresses", "the subnets have no address left: give Lodge larger ones, or more", carriers.Operator},
		{"resource:eni", "the subnets or the AWS account have no network interface left", carriers.Operator},
		{"resource:", "the cluster lacks something that the task definition asks for", carriers.Operator},
		{"agent", "the cluster's machines do not answer: Lodge is made for Fargate", carriers.Operator},
		{"attribute", "nothing in the cluster fits the task definition: Lodge is made for Fargate", carriers.Operator},
		{"inactive", "the task definition or the cluster was removed: deploy again", carriers.Operator},
		{"missing", "something that the task is made of is not there: deploy again", carriers.Operator},
		{"subnet", "the network of the tasks is not as it was deployed", carriers.Operator},
		{"security group", "the network of the tasks is not as it was deployed", carriers.Operator},
		{"role", "the roles of the tasks are not as they were deployed", carriers.Operator},
		{"", "ECS gives a reason that Lodge does not know", carriers.Operator},
	}
}

// failureOf is a refusal in failures[].
func failureOf(f types.Failure) *dispatch.RefusedError {
	text := aws.ToString(f.Reason)
	if detail := aws.ToString(f.Detail); detail != "" {
		text += ": " + detail
	}
	c := causeOf(text)
	return &dispatch.RefusedError{Why: fmt.Sprintf("%s (ECS: %q)", c.says, text), Acts: c.acts}
}

func causeOf(text string) cause {
	text = strings.ToLower(text)
	list := reasons()
	for _, c := range list {
		if strings.Contains(text, c.code) {
			return c
		}
	}
	return list[len(list)-1]
}

// explained is an error after which, by all tries, nothing was started: a refusal
// if it is known as one, else it stays open.
func explained(err error, slot int) error {
	failed, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		// Nothing left this machine, or a try would be in doubt.
		const why = "ECS could not be asked: see the network of this program, and its credentials"
		return &dispatch.RefusedError{Why: why, Acts: carriers.Operator, Err: err}
	}
	if _, throttled := retry.DefaultThrottleErrorCodes[failed.ErrorCode()]; throttled && failed.ErrorCode() != "LimitExceededException" {
		return &dispatch.RefusedError{Why: "ECS takes no more calls at this moment", Acts: carriers.Nobody, Err: err}
	}
	for _, c := range refusals() {
		if c.code != failed.ErrorCode() {
			continue
		}
		if better := causeOf(failed.ErrorMessage()); c.code == "ClientException" && better.acts == carriers.Nobody {
			c = better
		}
		return &dispatch.RefusedError{Why: c.says, Acts: c.acts, Err: err}
	}
	return fmt.Errorf("start a task for slot %d: %w", slot, err)
}
