package passphrase

import (
	"context"
	"fmt"
	"strings"

	"authdeck/internal/secret"
	"authdeck/store"
)

// FromFile answers with what stands in a file, without the line break at its end. The file has to be ours alone and no link, like
// a key file: [store.ErrUnsafe] otherwise, [store.ErrNoKey] if there is none. It does not answer for a new passphrase.
func FromFile(path string) Asker {
	return func(_ context.Context, a Ask) (secret.String, error) {
		if a.Again {
			return secret.String{}, fmt.Errorf("the passphrase file: %w", store.ErrWrongPassphrase)
		}
		text, err := store.ReadSecretFile(path, 64<<10)
		if err != nil {
			return secret.String{}, fmt.Errorf("read the passphrase file: %w", err)
		}
		line := strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
		clear(text)
		return secret.New(line), nil
	}
}
