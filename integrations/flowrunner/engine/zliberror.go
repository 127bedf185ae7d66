package engine

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
)

var errTooLong = errors.New("the unpacked data is longer than 64 MiB")

func gunzip(b []byte) (io.Reader, error) {
	if len(b) >= 2 && (b[0] != 0x1f || b[1] != 0x8b) {
		return nil, gzip.ErrHeader
	}
	return gzip.NewReader(bytes.NewReader(b))
}

// zlibText says what Node says of broken data.
func zlibText(err error) string {
	switch {
	case errors.Is(err, errTooLong):
		return err.Error()
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, zlib.ErrHeader):
		return "incorrect header check"
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, zlib.ErrChecksum):
		return "incorrect data check"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "unexpected end of file"
	}
	return "invalid stored block lengths"
}
