package store

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
	"os"

	"go.etcd.io/bbolt"
)

// bbolt's own check runs on a goroutine of its own, where a pointer that leads out of the file ends the process, and it counts
// through whatever a damaged page claims to be. So the shape of all pages is looked at first, by reading the file and
// never through the mapping: every page is in the file, is what it says, and is used once.

const (
	pageHead     = 16 // id, flags, count, overflow
	metaSize     = 64
	elementSize  = 16
	pageBranch   = 0x01
	pageLeaf     = 0x02
	pageFreelist = 0x10
	bucketValue  = 1 // flag of a leaf element
	bucketHead   = 16
)

// pages walks the pages of a file.
type pages struct {
	r    io.ReaderAt
	size uint64 // of a page
	used []bool
}

// shapeError says what is wrong with a page.
type shapeError struct {
	page uint64
	what string
}

func (e *shapeError) Error() string { return fmt.Sprintf("page %d %s", e.page, e.what) }

// checkPages checks all pages of a transaction's file; what it finds is [ErrDamaged].
func checkPages(tx *bbolt.Tx) error {
	f, err := os.Open(tx.DB().Path())
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if err := checkShape(f, uint64(tx.DB().Info().PageSize)); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	var first error
	n := 0
	for err := range tx.Check() {
		if n++; first == nil {
			first = err
		}
	}
	if first != nil {
		return fmt.Errorf("%w: %d of its pages do not agree: %.200s", ErrDamaged, n, first.Error())
	}
	return nil
}

// checkShape walks from the newer of the two meta pages through the free list and the tree.
func checkShape(f *os.File, pageSize uint64) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	root, freelist, high, err := newestMeta(f, pageSize)
	if err != nil {
		return err
	}
	if high < 2 || high > uint64(info.Size())/pageSize {
		return &shapeError{high, "is beyond the end of the file"}
	}
	p := &pages{r: f, size: pageSize, used: make([]bool, high)}
	p.used[0], p.used[1] = true, true
	if err := p.freelist(freelist); err != nil {
		return err
	}
	return p.tree(root)
}

func newestMeta(r io.ReaderAt, pageSize uint64) (root, freelist, high uint64, err error) {
	newest, found := uint64(0), false
	for id := range uint64(2) {
		var b [pageHead + metaSize]byte
		if _, err := r.ReadAt(b[:], int64(id*pageSize)); err != nil {
			return 0, 0, 0, err
		}
		m, word := b[pageHead:], binary.NativeEndian.Uint64
		sum := fnv.New64a()
		_, _ = sum.Write(m[:metaSize-8])
		if txid := word(m[48:]); sum.Sum64() == word(m[56:]) && (!found || txid > newest) {
			root, freelist, high, newest, found = word(m[16:]), word(m[32:]), word(m[40:]), txid, true
		}
	}
	if !found {
		return 0, 0, 0, &shapeError{0, "and its twin have wrong checksums"}
	}
	return root, freelist, high, nil
}

// take reads a page with what overflows from it.
func (p *pages) take(id uint64) ([]byte, error) {
	if id >= uint64(len(p.used)) {
		return nil, &shapeError{id, "is beyond the end"}
	}
	var head [pageHead]byte
	if _, err := p.r.ReadAt(head[:], int64(id*p.size)); err != nil {
		return nil, err
	}
	overflow := uint64(binary.NativeEndian.Uint32(head[12:]))
	if binary.NativeEndian.Uint64(head[:]) != id || overflow >= uint64(len(p.used))-id {
		return nil, &shapeError{id, "is not what stands there"}
	}
	for i := id; i <= id+overflow; i++ {
		if p.used[i] {
			return nil, &shapeError{i, "is used twice"}
		}
		p.used[i] = true
	}
	page := make([]byte, (overflow+1)*p.size)
	_, err := p.r.ReadAt(page, int64(id*p.size))
	return page, err
}

func (p *pages) freelist(id uint64) error {
	page, err := p.take(id)
	if err != nil {
		return err
	}
	n, ids := uint64(binary.NativeEndian.Uint16(page[10:])), page[pageHead:]
	if n == 0xffff {
		n, ids = binary.NativeEndian.Uint64(ids), ids[8:]
	}
	if binary.NativeEndian.Uint16(page[8:]) != pageFreelist || n > uint64(len(ids))/8 {
		return &shapeError{id, "is no list of free pages"}
	}
	for i := range n {
		if free := binary.NativeEndian.Uint64(ids[8*i:]); free < 2 || free >= uint64(len(p.used)) {
			return &shapeError{id, "says that a page is free which is not there"}
		}
	}
	return nil
}

// tree walks a page and all below it. Since no page is taken twice, it ends.
func (p *pages) tree(id uint64) error {
	page, err := p.take(id)
	if err != nil {
		return err
	}
	if binary.NativeEndian.Uint16(page[8:]) != pageBranch {
		return p.leaf(id, page)
	}
	n := uint64(binary.NativeEndian.Uint16(page[10:]))
	if n == 0 || pageHead+n*elementSize > uint64(len(page)) {
		return &shapeError{id, "has a wrong count"}
	}
	for i := range n {
		at := pageHead + i*elementSize
		e := page[at:]
		pos, key := uint64(binary.NativeEndian.Uint32(e)), uint64(binary.NativeEndian.Uint32(e[4:]))
		if at+pos+key > uint64(len(page)) {
			return &shapeError{id, "has a key that leads out of it"}
		}
		if err := p.tree(binary.NativeEndian.Uint64(e[8:])); err != nil {
			return err
		}
	}
	return nil
}

// leaf looks at a leaf: a page, or the one that stands inside a small bucket's value.
func (p *pages) leaf(id uint64, page []byte) error {
	if len(page) < pageHead {
		return &shapeError{id, "holds a bucket that is cut off"}
	}
	n := uint64(binary.NativeEndian.Uint16(page[10:]))
	if binary.NativeEndian.Uint16(page[8:]) != pageLeaf || pageHead+n*elementSize > uint64(len(page)) {
		return &shapeError{id, "is not what it should be"}
	}
	for i := range n {
		at := pageHead + i*elementSize
		e := page[at:]
		pos, key := uint64(binary.NativeEndian.Uint32(e[4:])), uint64(binary.NativeEndian.Uint32(e[8:]))
		value := uint64(binary.NativeEndian.Uint32(e[12:]))
		from, to := at+pos+key, at+pos+key+value
		if to > uint64(len(page)) {
			return &shapeError{id, "has a value that leads out of it"}
		}
		if binary.NativeEndian.Uint32(e)&bucketValue == 0 {
			continue
		}
		if value < bucketHead {
			return &shapeError{id, "holds a bucket that is cut off"}
		}
		var err error
		if root := binary.NativeEndian.Uint64(page[from:]); root != 0 {
			err = p.tree(root)
		} else {
			err = p.leaf(id, page[from+bucketHead:to])
		}
		if err != nil {
			return err
		}
	}
	return nil
}
