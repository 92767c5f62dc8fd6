package secrets

import (
	"bytes"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"example.com/lodge/internal/emulator/awsjson"
)

// longestText is how many bytes a value may have (API_PutSecretValue, SecretString).
const longestText = 65536

// mostStages is how many labels a version may have (API_PutSecretValue, VersionStages).
const mostStages = 20

const arnPrefix = "arn:aws:secretsmanager:us-east-1:123456789012:secret:"

// arnSuffix stands for the six random characters at the end of an ARN.
const arnSuffix = "-AbCdEf"

var nameRE = regexp.MustCompile(`^[A-Za-z0-9/_+=.@-]{1,512}$`)

// A request has the members of all operations' requests.
type request struct {
	Name, SecretID                       string
	ClientRequestToken                   string
	SecretString                         *string
	SecretBinary                         []byte
	VersionID, VersionStage              string
	VersionStages                        []string
	MoveToVersionID, RemoveFromVersionID string
}

type answer struct {
	ARN           string
	Name          string
	VersionID     string   `json:"VersionId,omitempty"`
	VersionStages []string `json:",omitempty"`
	SecretString  *string  `json:",omitempty"`
	SecretBinary  []byte   `json:",omitempty"`
	CreatedDate   float64  `json:",omitempty"`
}

func parameter(text string) *awsjson.Error {
	return &awsjson.Error{Code: "InvalidParameterException", Message: text}
}

func notFound(text string) *awsjson.Error {
	return &awsjson.Error{Code: "ResourceNotFoundException", Message: "Secrets Manager can't find the specified secret" + text + "."}
}

func (k *kept) answer(v *version) answer {
	a := answer{ARN: arnPrefix + k.name + arnSuffix, Name: k.name}
	if v != nil {
		a.VersionID, a.VersionStages = v.id, v.stages
	}
	return a
}

// find is the secret that a request is about, if it is not marked for deletion.
func (f *Fake) find(in request) (*kept, *awsjson.Error) {
	name := strings.TrimSuffix(strings.TrimPrefix(in.SecretID, arnPrefix), arnSuffix)
	k := f.secrets[name]
	switch {
	case k == nil:
		return nil, notFound("")
	case k.deleted:
		return nil, &awsjson.Error{Code: "InvalidRequestException",
			Message: "You can't perform this operation on the secret because it was marked for deletion."}
	}
	return k, nil
}

func (k *kept) labelled(label string) *version {
	for _, v := range k.versions {
		if slices.Contains(v.stages, label) {
			return v
		}
	}
	return nil
}

// attach moves a label to a version, and the label of the previous version with
// the current one's.
func (k *kept) attach(label string, to *version) {
	from := k.labelled(label)
	if from == to {
		return
	}
	if from != nil {
		k.detach(label, from)
	}
	to.stages = append(to.stages, label)
	if label == Current && from != nil {
		if old := k.labelled(Previous); old != nil {
			k.detach(Previous, old)
		}
		from.stages = append(from.stages, Previous)
	}
}

func (k *kept) detach(label string, from *version) {
	from.stages = slices.DeleteFunc(slices.Clone(from.stages), func(s string) bool { return s == label })
}

// add makes a version, or finds the one that the same request made before.
func (k *kept) add(in request) (v *version, again bool, _ *awsjson.Error) {
	switch {
	case len(in.ClientRequestToken) < 32 || len(in.ClientRequestToken) > 64:
		return nil, false, parameter("You must provide a ClientRequestToken value with 32 to 64 characters.")
	case (in.SecretString == nil) == (in.SecretBinary == nil):
		return nil, false, parameter("You must provide either SecretString or SecretBinary.")
	case in.SecretString != nil && len(*in.SecretString) > longestText || len(in.SecretBinary) > longestText:
		return nil, false, &awsjson.Error{Code: "ValidationException", Message: "Member must have length less than or equal to 65536"}
	case len(in.VersionStages) > mostStages:
		return nil, false, parameter("Too many staging labels.")
	}
	if v := k.versions[in.ClientRequestToken]; v != nil {
		same := (v.text == nil) == (in.SecretString == nil) && (v.text == nil || *v.text == *in.SecretString)
		if !same || !bytes.Equal(v.binary, in.SecretBinary) {
			return nil, false, &awsjson.Error{Code: "ResourceExistsException",
				Message: "You can't use ClientRequestToken because that value is already in use for a version of this secret."}
		}
		return v, true, nil
	}
	v = &version{id: in.ClientRequestToken, text: in.SecretString, binary: in.SecretBinary, made: time.Now()}
	k.versions[v.id] = v
	return v, false, nil
}

func (f *Fake) create(body []byte) (any, *awsjson.Error) {
	in, failed := awsjson.Read[request](body)
	if failed != nil {
		return nil, failed
	}
	if !nameRE.MatchString(in.Name) {
		return nil, &awsjson.Error{Code: "ValidationException", Message: "Invalid name."}
	}
	k := f.secrets[in.Name]
	switch {
	case k == nil:
		k = &kept{name: in.Name, versions: map[string]*version{}}
	case k.deleted:
		return nil, &awsjson.Error{Code: "InvalidRequestException",
			Message: "You can't create this secret because a secret with this name is already scheduled for deletion."}
	case k.versions[in.ClientRequestToken] == nil:
		return nil, &awsjson.Error{Code: "ResourceExistsException",
			Message: "The operation failed because the secret " + in.Name + " already exists."}
	}
	var v *version
	if in.SecretString != nil || in.SecretBinary != nil {
		if v, _, failed = k.add(in); failed != nil {
			return nil, failed
		}
		k.attach(Current, v)
	}
	f.secrets[in.Name] = k
	return k.answer(v), nil
}

func (f *Fake) get(body []byte) (any, *awsjson.Error) {
	in, failed := awsjson.Read[request](body)
	if failed != nil {
		return nil, failed
	}
	k, failed := f.find(in)
	if failed != nil {
		return nil, failed
	}
	label := in.VersionStage
	if label == "" && in.VersionID == "" {
		label = Current
	}
	v := k.versions[in.VersionID]
	if in.VersionID == "" {
		v = k.labelled(label)
	}
	if v == nil || label != "" && !slices.Contains(v.stages, label) {
		return nil, notFound(" value for staging label: " + label)
	}
	a := k.answer(v)
	a.SecretString, a.SecretBinary, a.CreatedDate = v.text, v.binary, float64(v.made.UnixMilli())/1000
	return a, nil
}

func (f *Fake) put(body []byte) (any, *awsjson.Error) {
	in, failed := awsjson.Read[request](body)
	if failed != nil {
		return nil, failed
	}
	k, failed := f.find(in)
	if failed != nil {
		return nil, failed
	}
	first := len(k.versions) == 0
	v, again, failed := k.add(in)
	if failed != nil || again {
		return k.answer(v), failed
	}
	if len(in.VersionStages) == 0 || first {
		k.attach(Current, v)
	}
	for _, label := range in.VersionStages {
		k.attach(label, v)
	}
	return k.answer(v), nil
}

func (f *Fake) stage(body []byte) (any, *awsjson.Error) {
	in, failed := awsjson.Read[request](body)
	if failed != nil {
		return nil, failed
	}
	k, failed := f.find(in)
	if failed != nil {
		return nil, failed
	}
	holder := k.labelled(in.VersionStage)
	if holder != nil && holder.id != in.MoveToVersionID && holder.id != in.RemoveFromVersionID {
		return nil, parameter("Staging label " + in.VersionStage + " is currently attached to version " + holder.id +
			", so you must explicitly reference that version in RemoveFromVersionId.")
	}
	if in.MoveToVersionID == "" {
		if holder == nil || in.VersionStage == Current {
			return nil, parameter("The staging label can't be removed.")
		}
		k.detach(in.VersionStage, holder)
		return k.answer(nil), nil
	}
	to := k.versions[in.MoveToVersionID]
	if to == nil {
		return nil, notFound(" value for VersionId: " + in.MoveToVersionID)
	}
	k.attach(in.VersionStage, to)
	return k.answer(nil), nil
}

func (f *Fake) remove(body []byte) (any, *awsjson.Error) {
	in, failed := awsjson.Read[request](body)
	if failed != nil {
		return nil, failed
	}
	k, failed := f.find(in)
	if failed != nil {
		return nil, failed
	}
	k.deleted = true
	return k.answer(nil), nil
}

func (f *Fake) restore(body []byte) (any, *awsjson.Error) {
	in, failed := awsjson.Read[request](body)
	if failed != nil {
		return nil, failed
	}
	k := f.secrets[in.SecretID]
	if k == nil {
		return nil, notFound("")
	}
	k.deleted = false
	return k.answer(nil), nil
}

// Throttled is the answer to too many requests (Common Errors).
func Throttled() *awsjson.Error {
	return &awsjson.Error{Status: http.StatusBadRequest, Code: "ThrottlingException", Message: "Rate exceeded"}
}
