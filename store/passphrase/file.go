package passphrase

import (
	"context"
	"fmt"
	"strings"

	"authdeck/internal/secret"
	"authdeck/store"
)

// FromFile answers with what stands in a file, byte for byte, without one line break (LF or CR LF) at its end. The file has to
// be ours alone and no link, like a key file: [store.ErrUnsafe] otherwise, [store.ErrNoKey] if there is none. It answers for
// a new slot too. Asked again it is [store.ErrWrongPassphrase]: a file does not change its mind.
func FromFile(path string) Asker {
	return func(_ context.Context, a Ask) (secret.String, error) {
		if a.Again {
			return secret.String{}, fmt.Errorf("the passphrase file: %w", store.ErrWrongPassphrase)
		}
		text, err := store.ReadSecretFile(path, 64<<10)
		if err != nil {
			return secret.String{}, fmt.Errorf("read the passphrase file: %w", err)
		}
		defer clear(text)
		line, ended := strings.CutSuffix(string(text), "\n")
		if ended {
			line = strings.TrimSuffix(line, "\r")
		}
		return secret.New(line), nil
	}
}
