package flowrunner

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"authdeck/integrations/flowrunner/engine"
	"authdeck/integrations/flowrunner/wire"
)

// upload keeps a file that the service hands over, in a folder of its own below the host's, and gives it an https address
// that only the host answers (reference/flowrunner.md §6.1).
func (r *recorder) upload(_ context.Context, m wire.Message) wire.Message {
	if !r.room(len(m.Body)) {
		return wire.Message{Text: "the files of this call are larger than 200 MB together, the limit of a service"}
	}
	if r.c.transport != nil { // played, or a dry run: nothing stays of it
		return r.hold(m.Body, m.Name)
	}
	address, file, err := r.h.keep(m.Body, m.Name)
	if err != nil {
		return wire.Message{Text: err.Error()}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.came.uploads[address] = file
	return wire.Message{Address: address}
}

// hold keeps a file for as long as the call lasts.
func (r *recorder) hold(data []byte, options string) wire.Message {
	var o uploadOptions
	_ = json.Unmarshal([]byte(options), &o) // what is no object has no name
	r.mu.Lock()
	defer r.mu.Unlock()
	address := engine.FilesOrigin + "/held/" + strconv.Itoa(len(r.held)) + "/" + url.PathEscape(fileName(o.Filename))
	if r.held == nil {
		r.held = map[string][]byte{}
	}
	r.held[address] = data
	return wire.Message{Address: address}
}

// maxUploads bounds the files of one call together, in bytes.
const maxUploads = 200 << 20

// room counts the bytes of a file against what the call may keep.
func (r *recorder) room(size int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept += size
	return r.kept <= maxUploads
}

// uploadOptions are those of Files.uploadFile that mean something here.
type uploadOptions struct {
	Filename  string `json:"filename"`
	Overwrite bool   `json:"overwrite"`
}

func (h *Host) keep(data []byte, options string) (address, file string, err error) {
	if h.o.Files == "" {
		return "", "", errors.New("files cannot be kept here")
	}
	if len(data) > wire.MaxBody {
		return "", "", errors.New("the file is larger than 20 MB, the limit of a service")
	}
	var o uploadOptions
	_ = json.Unmarshal([]byte(options), &o) // what is no object has no name
	var id [12]byte
	if _, err := rand.Read(id[:]); err != nil {
		return "", "", errors.New("no name for the file")
	}
	folder := hex.EncodeToString(id[:])
	if err := os.MkdirAll(filepath.Join(h.o.Files, folder), 0o700); err != nil {
		return "", "", errors.New("the file cannot be kept: no folder for it")
	}
	name := fileName(o.Filename)
	file = filepath.Join(h.o.Files, folder, name)
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", "", errors.New("the file cannot be kept")
	}
	if _, err := f.Write(data); err != nil {
		return "", "", errors.Join(errors.New("the file cannot be kept"), f.Close())
	}
	if err := f.Close(); err != nil {
		return "", "", errors.New("the file cannot be kept")
	}
	return engine.FilesOrigin + "/" + folder + "/" + url.PathEscape(name), file, nil
}

// fileName is the base of a name, without what a file system or a terminal could trip over.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(name, "\\", "/"))
	name = strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) || strings.ContainsRune(" ._-()", c) {
			return c
		}
		return '_'
	}, name)
	name = strings.TrimLeft(name, ". ")
	for len(name) > 100 {
		_, first := utf8.DecodeRuneInString(name)
		name = name[first:]
	}
	if name == "" {
		return "file"
	}
	return name
}

// local answers a request to the files' own address; ok is false for every other.
func (r *recorder) local(address string) (wire.Message, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme+"://"+u.Host != engine.FilesOrigin {
		return wire.Message{}, false
	}
	r.mu.Lock()
	body, held := r.held[address]
	r.mu.Unlock()
	name := path.Base(u.Path)
	if !held {
		body, name, err = r.h.kept(u.Path)
	}
	if err != nil {
		return wire.Message{Response: &wire.Response{Status: 404, StatusText: "Not Found", URL: address}}, true
	}
	kind := mime.TypeByExtension(path.Ext(name))
	if kind == "" {
		kind = "application/octet-stream"
	}
	return wire.Message{Body: body, Response: &wire.Response{
		Status: 200, StatusText: "OK", URL: address,
		Headers: [][2]string{{"Content-Type", kind}, {"Content-Length", fmt.Sprint(len(body))}},
	}}, true
}

// kept reads a file by the path of its address.
func (h *Host) kept(p string) ([]byte, string, error) {
	folder, name, ok := strings.Cut(strings.TrimPrefix(p, "/"), "/")
	if raw, err := hex.DecodeString(folder); !ok || err != nil || len(raw) != 12 || h.o.Files == "" {
		return nil, "", fs.ErrNotExist
	}
	root, err := os.OpenRoot(h.o.Files)
	if err != nil {
		return nil, "", err
	}
	body, err := root.ReadFile(folder + "/" + name)
	return body, name, errors.Join(err, root.Close())
}

// handed makes the value of a file parameter of what a person typed: an address as it is, a file of the user's by an address
// that only the host answers.
func (h *Host) handed(text string) (any, bool) {
	if text == "" {
		return nil, true
	}
	if strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "http://") {
		return text, true
	}
	info, err := os.Stat(text)
	if err != nil || !info.Mode().IsRegular() || info.Size() > wire.MaxBody {
		return nil, false
	}
	data, err := os.ReadFile(text)
	if err != nil {
		return nil, false
	}
	address, err := h.hand(data, filepath.Base(text))
	return address, err == nil
}

// hand makes a file of the user available to services under an address of the same kind, for a parameter that wants one.
func (h *Host) hand(data []byte, name string) (string, error) {
	options, err := json.Marshal(uploadOptions{Filename: name})
	if err != nil {
		return "", err
	}
	address, _, err := h.keep(data, string(options))
	return address, err
}
