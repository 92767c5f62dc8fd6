package secrets_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/internal/emulator/awsjson"
	"example.com/lodge/internal/emulator/secrets"
)

// one and two are request tokens: 32 to 64 characters.
const (
	one = "00000000-0000-0000-0000-000000000001"
	two = "00000000-0000-0000-0000-000000000002"
	tri = "00000000-0000-0000-0000-000000000003"
)

type object = map[string]any

// ask sends one request as the SDK does, and returns the answer, or the code of
// the error.
func ask(t *testing.T, f *secrets.Fake, operation string, in object) (answer object, code string) {
	t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.URL, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Amz-Target", "secretsmanager."+operation)
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKID/20261122/us-east-1/secretsmanager/aws4_request, SignedHeaders=host, Signature=0")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, awsjson.Lost
	}
	defer func() { _ = response.Body.Close() }()
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	code, _ = answer["__type"].(string)
	if (response.StatusCode != http.StatusOK) != (code != "") {
		t.Errorf("%s: status %d with %v", operation, response.StatusCode, answer)
	}
	return answer, code
}

func must(t *testing.T, f *secrets.Fake, operation string, in object) object {
	t.Helper()
	answer, code := ask(t, f, operation, in)
	if code != "" {
		t.Fatalf("%s %v: %v", operation, in, answer)
	}
	return answer
}

func refused(t *testing.T, f *secrets.Fake, want, operation string, in object) {
	t.Helper()
	if answer, code := ask(t, f, operation, in); code != want {
		t.Errorf("%s %v: %v, want %s", operation, in, answer, want)
	}
}

// current is the text and the version that are read without saying which.
func current(t *testing.T, f *secrets.Fake) [2]any {
	t.Helper()
	a := must(t, f, "GetSecretValue", object{"SecretId": "a"})
	return [2]any{a["SecretString"], a["VersionId"]}
}

// docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html and
// API_GetSecretValue.html.
func TestCreateAndGet(t *testing.T) {
	f := secrets.Start(t)
	refused(t, f, "ResourceNotFoundException", "GetSecretValue", object{"SecretId": "a"})
	must(t, f, "CreateSecret", object{"Name": "a", "ClientRequestToken": one})
	// A secret without a version has no AWSCURRENT.
	refused(t, f, "ResourceNotFoundException", "GetSecretValue", object{"SecretId": "a"})
	refused(t, f, "ResourceExistsException", "CreateSecret", object{"Name": "a", "ClientRequestToken": two})
	// With a value it has a first version, whose id is the token and whose label is AWSCURRENT.
	made := must(t, f, "CreateSecret", object{"Name": "b/c", "ClientRequestToken": one, "SecretString": "x"})
	got := must(t, f, "GetSecretValue", object{"SecretId": "b/c"})
	if age := time.Since(time.UnixMilli(int64(got["CreatedDate"].(float64) * 1000))); age < -time.Second || age > time.Minute {
		t.Errorf("it was made %s ago", age)
	}
	delete(got, "CreatedDate")
	want := object{"ARN": made["ARN"], "Name": "b/c", "SecretString": "x", "VersionId": one, "VersionStages": []any{"AWSCURRENT"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	must(t, f, "GetSecretValue", object{"SecretId": made["ARN"]}) // "The ARN or name of the secret"
	must(t, f, "GetSecretValue", object{"SecretId": "b/c", "VersionId": one})
	refused(t, f, "ResourceNotFoundException", "GetSecretValue", object{"SecretId": "b/c", "VersionId": one, "VersionStage": "AWSPREVIOUS"})
	// "If a version with this value already exists and the values are the same, the request is ignored."
	must(t, f, "CreateSecret", object{"Name": "b/c", "ClientRequestToken": one, "SecretString": "x"})
	refused(t, f, "ResourceExistsException", "CreateSecret", object{"Name": "b/c", "ClientRequestToken": one, "SecretString": "y"})
	refused(t, f, "ValidationException", "CreateSecret", object{"Name": "a b", "ClientRequestToken": one})
}

// docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html.
func TestPut(t *testing.T) {
	f := secrets.Start(t)
	refused(t, f, "ResourceNotFoundException", "PutSecretValue", object{"SecretId": "a", "ClientRequestToken": one, "SecretString": "x"})
	must(t, f, "CreateSecret", object{"Name": "a", "ClientRequestToken": one})
	// "If this operation creates the first version for the secret, then Secrets Manager
	// automatically attaches the staging label AWSCURRENT to it."
	must(t, f, "PutSecretValue", object{"SecretId": "a", "ClientRequestToken": one, "SecretString": "x", "VersionStages": []string{"S"}})
	if got := current(t, f); got != [2]any{"x", one} {
		t.Errorf("the first version: %v", got)
	}
	// Labels that are named are attached, and AWSCURRENT stays where it is.
	must(t, f, "PutSecretValue", object{"SecretId": "a", "ClientRequestToken": two, "SecretString": "y", "VersionStages": []string{"S"}})
	if got := current(t, f); got != [2]any{"x", one} {
		t.Errorf("beside a version with another label: %v", got)
	}
	if got := must(t, f, "GetSecretValue", object{"SecretId": "a", "VersionStage": "S"}); got["VersionId"] != two {
		t.Errorf("a label was not moved: %v", got)
	}
	// "This operation is idempotent", and a version's content never changes.
	must(t, f, "PutSecretValue", object{"SecretId": "a", "ClientRequestToken": one, "SecretString": "x"})
	refused(t, f, "ResourceExistsException", "PutSecretValue", object{"SecretId": "a", "ClientRequestToken": one, "SecretString": "z"})
	// Without labels AWSCURRENT moves, and AWSPREVIOUS to where it was.
	must(t, f, "PutSecretValue", object{"SecretId": "a", "ClientRequestToken": tri, "SecretString": "z"})
	if got := current(t, f); got != [2]any{"z", tri} {
		t.Errorf("without labels: %v", got)
	}
	if got := must(t, f, "GetSecretValue", object{"SecretId": "a", "VersionStage": "AWSPREVIOUS"}); got["VersionId"] != one {
		t.Errorf("AWSPREVIOUS: %v", got)
	}
	// SecretString: at most 65,536 bytes; ClientRequestToken: 32 to 64 characters.
	long := strings.Repeat("x", 65537)
	refused(t, f, "ValidationException", "PutSecretValue", object{"SecretId": "a", "ClientRequestToken": one, "SecretString": long})
	refused(t, f, "InvalidParameterException", "PutSecretValue", object{"SecretId": "a", "ClientRequestToken": "short", "SecretString": "x"})
}

// docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html:
// "If the label is attached and you either do not specify this parameter
// (RemoveFromVersionId), or the version ID does not match, then the operation fails."
func TestMoveLabel(t *testing.T) {
	f := secrets.Start(t)
	must(t, f, "CreateSecret", object{"Name": "a", "ClientRequestToken": one, "SecretString": "x"})
	for _, token := range []string{two, tri} {
		must(t, f, "PutSecretValue", object{"SecretId": "a", "ClientRequestToken": token, "SecretString": token, "VersionStages": []string{"S"}})
	}
	move := func(to, from string) object {
		o := object{"SecretId": "a", "VersionStage": "AWSCURRENT", "MoveToVersionId": to}
		if from != "" {
			o["RemoveFromVersionId"] = from
		}
		return o
	}
	refused(t, f, "InvalidParameterException", "UpdateSecretVersionStage", move(two, ""))
	refused(t, f, "InvalidParameterException", "UpdateSecretVersionStage", move(two, tri))
	must(t, f, "UpdateSecretVersionStage", move(two, one)) // whose own label was moved on: it is still there
	refused(t, f, "InvalidParameterException", "UpdateSecretVersionStage", move(tri, one))
	if got := current(t, f); got != [2]any{two, two} {
		t.Errorf("current: %v", got)
	}
	// "Whenever you move AWSCURRENT, Secrets Manager automatically moves the label AWSPREVIOUS."
	if got := must(t, f, "GetSecretValue", object{"SecretId": "a", "VersionStage": "AWSPREVIOUS"}); got["VersionId"] != one {
		t.Errorf("AWSPREVIOUS: %v", got)
	}
	refused(t, f, "ResourceNotFoundException", "UpdateSecretVersionStage", move("00000000-0000-0000-0000-000000000009", two))
}

// docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html: until
// its recovery window ends a secret is kept and cannot be read or written
// (InvalidRequestException, "The secret is scheduled for deletion").
func TestMarkedForDeletion(t *testing.T) {
	f := secrets.Start(t)
	must(t, f, "CreateSecret", object{"Name": "a", "ClientRequestToken": one, "SecretString": "x"})
	must(t, f, "DeleteSecret", object{"SecretId": "a"})
	refused(t, f, "InvalidRequestException", "GetSecretValue", object{"SecretId": "a"})
	refused(t, f, "InvalidRequestException", "PutSecretValue", object{"SecretId": "a", "ClientRequestToken": two, "SecretString": "x"})
	refused(t, f, "InvalidRequestException", "CreateSecret", object{"Name": "a", "ClientRequestToken": one, "SecretString": "x"})
	must(t, f, "RestoreSecret", object{"SecretId": "a"})
	if got := current(t, f); got != [2]any{"x", one} {
		t.Errorf("restored: %v", got)
	}
}

// docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html, and what
// only a network does.
func TestKnobs(t *testing.T) {
	f := secrets.Start(t)
	f.Before(func(string) *awsjson.Error { return secrets.Throttled() })
	refused(t, f, "ThrottlingException", "CreateSecret", object{"Name": "a", "ClientRequestToken": one})
	f.Before(nil)
	f.After(func(string) *awsjson.Error { return &awsjson.Error{Code: awsjson.Lost} })
	refused(t, f, awsjson.Lost, "CreateSecret", object{"Name": "a", "ClientRequestToken": one})
	f.After(nil)
	refused(t, f, "ResourceExistsException", "CreateSecret", object{"Name": "a", "ClientRequestToken": one})
	refused(t, f, "UnknownOperationException", "Frobnicate", object{})
}
