package cloud

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"example.com/lodge/internal/secret"
)

// read asks for an account's secret.
func (s *Secrets) read(ctx context.Context, account string) (state, error) {
	name := s.name(account)
	out, err := s.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &name})
	if _, ok := errors.AsType[*types.ResourceNotFoundException](err); ok {
		return state{}, nil // no secret, or one that was given no value yet
	}
	if err != nil {
		return state{}, s.explain(account, "GetSecretValue", err)
	}
	if out.SecretString == nil {
		return state{}, fmt.Errorf("secret %s of account %s is binary: the operator puts a JSON object in its place, with a text for each key",
			name, account)
	}
	values, err := decodeSecret(*out.SecretString)
	if err != nil {
		return state{}, fmt.Errorf("secret %s of account %s %w: the operator mends it in Secrets Manager (%s)", name, account, err, shape)
	}
	return state{values, aws.ToString(out.VersionId), aws.ToTime(out.CreatedDate).UTC()}, nil
}

// shape is what a secret looks like, for people.
const shape = `it is a JSON object with a text for each key, such as {"username": "…", "password": "…"}`

// What is wrong with a secret. No error tells what is in it, not even the
// position: what stands where quotation marks are missing may be a password.
var (
	errNotObject = errors.New("is not a JSON object")
	errNotText   = errors.New("holds something else than texts")
	errTwice     = errors.New("holds one key twice")
)

// decodeSecret reads the value of a secret. A key that is no name of a secret is kept
// with the others, for Set not to lose it, and is never asked for.
func decodeSecret(text string) (map[string]secret.Value, error) {
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errNotObject
	}
	values := map[string]secret.Value{}
	for d.More() {
		key, err := d.Token()
		name, ok := key.(string)
		if err != nil || !ok {
			return nil, errNotObject
		}
		if _, ok := values[name]; ok {
			return nil, errTwice
		}
		var value any
		if err := d.Decode(&value); err != nil {
			return nil, errNotObject
		}
		of, ok := value.(string)
		if !ok {
			return nil, errNotText
		}
		values[name] = secret.NewValue(of)
	}
	if _, err := d.Token(); err != nil {
		return nil, errNotObject
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errNotObject
	}
	return values, nil
}

// encode is decode's inverse, with keys in order.
func encode(values map[string]secret.Value) (string, error) {
	texts := make(map[string]string, len(values))
	for key, v := range values {
		texts[key] = secret.Reveal(v)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // a person reads it in the console
	if err := e.Encode(texts); err != nil {
		return "", errors.New("it cannot be written as JSON")
	}
	return string(bytes.TrimSpace(b.Bytes())), nil
}
