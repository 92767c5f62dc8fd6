package secret

import (
	"context"
	"errors"
	"fmt"
)

// settled is how often Together reads again because something was set meanwhile.
const settled = 5

// Together reads several secrets of an account with the version that they are
// of. A login that is refused is remembered by its version: with values of one
// and the name of another, a refused password would be tried again, or a good
// one never. What is missing is left out, with its [*MissingError] in missing.
func Together(ctx context.Context, s Store, account string, keys ...string) (
	values map[string]Value, version string, missing map[string]error, err error,
) {
	before, err := s.Version(ctx, account)
	for range settled {
		if err != nil {
			return nil, "", nil, fmt.Errorf("account %s: %w", account, err)
		}
		if values, missing, err = readAll(ctx, s, account, keys); err != nil {
			return nil, "", nil, err
		}
		if version, err = s.Version(ctx, account); err == nil && version == before {
			return values, version, missing, nil
		}
		before = version
	}
	return nil, "", nil, fmt.Errorf("the secrets of account %s change all the time: the operator looks at who sets them", account)
}

func readAll(ctx context.Context, s Store, account string, keys []string) (map[string]Value, map[string]error, error) {
	values, missing := map[string]Value{}, map[string]error{}
	var errs []error
	for _, key := range keys {
		v, err := s.Get(ctx, account, key)
		switch {
		case err == nil:
			values[key] = v
		case errors.Is(err, ErrMissing):
			missing[key] = err
		default:
			errs = append(errs, fmt.Errorf("account %s: secret %s: %w", account, key, err))
		}
	}
	return values, missing, errors.Join(errs...)
}
