package engine

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"crypto"
	"crypto/hmac"
	"crypto/md5" //nolint:gosec // services sign with it because their provider asks for it
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // the same
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/pem"
	"hash"
	"io"

	"github.com/dop251/goja"
)

// hashOf knows the names that the prelude lets through.
func hashOf(name string) (func() hash.Hash, crypto.Hash) {
	switch name {
	case "md5":
		return md5.New, crypto.MD5
	case "sha1":
		return sha1.New, crypto.SHA1
	case "sha224":
		return sha256.New224, crypto.SHA224
	case "sha384":
		return sha512.New384, crypto.SHA384
	case "sha512":
		return sha512.New, crypto.SHA512
	}
	return sha256.New, crypto.SHA256
}

func (e *Engine) hash(call goja.FunctionCall) goja.Value {
	make, _ := hashOf(call.Argument(0).String())
	h := make()
	h.Write(e.bytes(call, 1))
	return e.buffer(h.Sum(nil))
}

func (e *Engine) hmac(call goja.FunctionCall) goja.Value {
	make, _ := hashOf(call.Argument(0).String())
	h := hmac.New(make, e.bytes(call, 1))
	h.Write(e.bytes(call, 4))
	return e.buffer(h.Sum(nil))
}

// sign is an RSA signature by PKCS #1 v1.5; a text instead of bytes says why there is none.
func (e *Engine) sign(call goja.FunctionCall) goja.Value {
	key, why := rsaKey(call.Argument(1).String())
	if key == nil {
		return e.vm.ToValue(why)
	}
	make, id := hashOf(call.Argument(0).String())
	h := make()
	h.Write(e.bytes(call, 2))
	signed, err := rsa.SignPKCS1v15(nil, key, id, h.Sum(nil))
	if err != nil {
		return e.vm.ToValue("the key cannot sign this")
	}
	return e.buffer(signed)
}

// rsaKey reads a private key in PKCS #1 or PKCS #8 form. No part of the key is in what it says.
func rsaKey(text string) (*rsa.PrivateKey, string) {
	const unsupported = "error:1E08010C:DECODER routines::unsupported"
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, unsupported
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, ""
	}
	any, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, unsupported
	}
	key, ok := any.(*rsa.PrivateKey)
	if !ok {
		return nil, "the key is no RSA key"
	}
	return key, ""
}

// inflateMost bounds what a compressed body may become.
const inflateMost = 64 << 20

// zlib does one of the functions of Node's module; a text instead of bytes says why it failed.
func (e *Engine) zlib(call goja.FunctionCall) goja.Value {
	in := e.bytes(call, 1)
	var out bytes.Buffer
	var err error
	pack := func(w io.WriteCloser) {
		_, err = w.Write(in)
		if closeErr := w.Close(); err == nil {
			err = closeErr
		}
	}
	unpack := func(r io.Reader, openErr error) {
		if err = openErr; err != nil {
			return
		}
		if _, err = io.Copy(&out, io.LimitReader(r, inflateMost+1)); err == nil && out.Len() > inflateMost {
			err = errTooLong
		}
	}
	switch call.Argument(0).String() {
	case "gzip":
		pack(gzip.NewWriter(&out))
	case "deflate":
		pack(zlib.NewWriter(&out))
	case "deflateRaw":
		w, wErr := flate.NewWriter(&out, flate.DefaultCompression)
		if err = wErr; err == nil {
			pack(w)
		}
	case "gunzip":
		unpack(gunzip(in))
	case "inflate":
		unpack(zlib.NewReader(bytes.NewReader(in)))
	case "inflateRaw":
		unpack(flate.NewReader(bytes.NewReader(in)), nil)
	case "unzip":
		if bytes.HasPrefix(in, []byte{0x1f, 0x8b}) {
			unpack(gunzip(in))
		} else {
			unpack(zlib.NewReader(bytes.NewReader(in)))
		}
	}
	if err != nil {
		return e.vm.ToValue(zlibText(err))
	}
	return e.buffer(out.Bytes())
}
