package cloud

import (
	"errors"
	"fmt"

	"github.com/aws/smithy-go"
)

// A meaning is what an error's code means, and who acts.
type meaning struct {
	codes []string
	says  string // with the operation, for access
}

// meanings are those of Secrets Manager (API reference: errors of GetSecretValue
// and PutSecretValue, and Common Errors).
func meanings() []meaning {
	return []meaning{
		{[]string{"AccessDeniedException", "AccessDenied"}, "this program's role may not do secretsmanager:%s there, or may not use the " +
			"secret's key (kms:Decrypt, kms:GenerateDataKey): the operator gives it the right"},
		{[]string{"InvalidRequestException"}, "it is marked for deletion, or another service of AWS manages it: the operator restores it " +
			"(aws secretsmanager restore-secret)"},
		{[]string{"DecryptionFailure", "EncryptionFailure"},
			"its KMS key is disabled, pending deletion or not there: the operator looks at the key"},
		{[]string{"ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded"},
			"AWS is asked too often just now: Lodge asks again, nobody has to act"},
		{[]string{"InternalServiceError", "InternalServiceErrorException", "ServiceUnavailable"},
			"Secrets Manager has trouble of its own: Lodge asks again, nobody has to act"},
		{[]string{"LimitExceededException"}, "it has as many versions, or the AWS account as many secrets, as Secrets Manager keeps: " +
			"the operator waits a day, or asks AWS for more"},
		{[]string{"UnrecognizedClientException", "InvalidSignatureException", "ExpiredTokenException", "IncompleteSignature",
			"MissingAuthenticationTokenException", "RequestExpired"},
			"AWS does not know the credentials, or they have expired: the operator renews them"},
	}
}

// explain says what a failed operation on an account's secret means and who acts.
// What the service says in words is left out: it may repeat what it was sent.
func (s *Secrets) explain(account, operation string, err error) error {
	what := fmt.Sprintf("secret %s of account %s", s.name(account), account)
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		if _, ok := errors.AsType[*smithy.DeserializationError](err); ok {
			return fmt.Errorf("%s: the answer to %s cannot be read: the operator looks at what lies between this program and AWS", what, operation)
		}
		return fmt.Errorf("%s: Secrets Manager cannot be asked: %w", what, err)
	}
	for _, m := range meanings() {
		for _, code := range m.codes {
			if code == api.ErrorCode() {
				says := m.says
				if m.codes[0] == "AccessDeniedException" {
					says = fmt.Sprintf(says, operation)
				}
				return &ServiceError{what + ": " + says, api.ErrorCode()}
			}
		}
	}
	says := fmt.Sprintf("%s: Secrets Manager answers %s with %s: the operator looks it up", what, operation, api.ErrorCode())
	return &ServiceError{says, api.ErrorCode()}
}

// A ServiceError is what a service of AWS answered, in Lodge's words.
type ServiceError struct {
	text string
	Code string // as the service's API reference has it
}

// Error implements error.
func (e *ServiceError) Error() string { return e.text }
