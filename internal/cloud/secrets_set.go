package cloud

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/secret"
)

const (
	current = "AWSCURRENT" // the label of the version that is read
	waiting = "LODGE_SET"  // the label of a version that waits to become current

	longestSecret = 65536 // bytes of a value (API_PutSecretValue, SecretString)

	setTries = 20 // of one Set beside others
	setPause = 20 * time.Millisecond
)

// errChanged says that somebody else changed the secret between reading and
// writing it.
var errChanged = errors.New("somebody else changed it")

// Set implements [secret.Store] by reading the secret and writing it whole.
// Secrets Manager has no conditional write, but moving a label is one: the new
// version is put beside the current one and becomes current only if the label
// AWSCURRENT is still where it was read (API_UpdateSecretVersionStage,
// RemoveFromVersionId). Who lost reads again. Not covered is somebody who writes
// the whole secret at the same moment by another program, as the console does.
// The same value again changes nothing.
func (s *Secrets) Set(ctx context.Context, account, key string, v secret.Value) error {
	if err := errors.Join(ctx.Err(), secret.CheckSet(account, key, v)); err != nil {
		return err
	}
	for try := range setTries {
		before, err := s.read(ctx, account)
		if err != nil {
			return err
		}
		if old, ok := before.values[key]; ok && secret.Reveal(old) == secret.Reveal(v) {
			s.remember(ctx, account, before)
			return nil
		}
		after, err := s.replace(ctx, account, before, key, v)
		if err == nil {
			s.remember(ctx, account, after)
		}
		if !errors.Is(err, errChanged) {
			return err
		}
		if !clock.Pause(ctx, time.Duration(try+1)*setPause) {
			return fmt.Errorf("secret %s of account %s: %w", s.name(account), account, ctx.Err())
		}
	}
	return fmt.Errorf("secret %s of account %s: others change it all the time: the operator tries again later", s.name(account), account)
}

// replace writes the secret with one value changed, or says errChanged.
func (s *Secrets) replace(ctx context.Context, account string, before state, key string, v secret.Value) (state, error) {
	values := maps.Clone(before.values)
	if values == nil {
		values = map[string]secret.Value{}
	}
	values[key] = v
	text, err := encode(values)
	if err != nil {
		return state{}, fmt.Errorf("secret %s of account %s: %w", s.name(account), account, err)
	}
	if len(text) > longestSecret {
		return state{}, fmt.Errorf("secret %s of account %s would have %d bytes, more than the %d that Secrets Manager keeps: "+
			"the operator removes what is not asked for", s.name(account), account, len(text), longestSecret)
	}
	token := token()
	err = s.write(ctx, account, before.version, token, text)
	if err != nil && !errors.Is(err, errChanged) && s.wrote(ctx, account, token) {
		err = nil
	}
	return state{values, token, s.clock.Now().UTC()}, err
}

// token is the id of a new version: the same for every try of one write, so that
// a lost answer makes no second version, and for no other write. It is not made
// of the value: ids are shown to many who may not read it, and could guess.
func token() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// write makes text the secret's current version if that was before until now.
func (s *Secrets) write(ctx context.Context, account, before, token, text string) error {
	name := s.name(account)
	put, err := s.client.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{
		SecretId: &name, ClientRequestToken: &token, SecretString: &text, VersionStages: []string{waiting},
	})
	if _, ok := errors.AsType[*types.ResourceNotFoundException](err); ok {
		return s.create(ctx, account, token, text)
	}
	if err != nil {
		return s.explain(account, "PutSecretValue", err)
	}
	if slices.Contains(put.VersionStages, current) {
		return nil // the first version is current by itself
	}
	move := &secretsmanager.UpdateSecretVersionStageInput{SecretId: &name, VersionStage: aws.String(current), MoveToVersionId: &token}
	if before != "" {
		move.RemoveFromVersionId = &before
	}
	_, err = s.client.UpdateSecretVersionStage(ctx, move)
	if _, ok := errors.AsType[*types.InvalidParameterException](err); ok {
		return errChanged
	}
	if err != nil {
		return s.explain(account, "UpdateSecretVersionStage", err)
	}
	return nil
}

// create makes the secret, with its first version.
func (s *Secrets) create(ctx context.Context, account, token, text string) error {
	name := s.name(account)
	_, err := s.client.CreateSecret(ctx, &secretsmanager.CreateSecretInput{
		Name: &name, ClientRequestToken: &token, SecretString: &text,
		Description: aws.String("What Lodge logs in with: account " + account),
	})
	if _, ok := errors.AsType[*types.ResourceExistsException](err); ok {
		return errChanged
	}
	if err != nil {
		return s.explain(account, "CreateSecret", err)
	}
	return nil
}

// lookAgain bounds the look for a write whose answer was lost.
const lookAgain = 5 * time.Second

// wrote says whether a write whose answer was lost has become current.
func (s *Secrets) wrote(ctx context.Context, account, token string) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookAgain)
	defer cancel()
	now, err := s.read(ctx, account)
	return err == nil && now.version == token
}
