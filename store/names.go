package store

import "fmt"

// claimName points the index's entry of name at key and takes away the one of the old record's name.
func (t *txn) claimName(key []byte, name, old string) error {
	names, err := t.bucket(bNames)
	if err != nil {
		return err
	}
	nameKey := t.nameKey(name)
	has := names.Get(nameKey)
	before := ""
	if old != "" {
		s, err := decodeSummary(old, 0)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		before = s.Name
	}
	switch {
	case old != "" && before == name && has != nil:
		return nil // wherever it leads: no token is lost over an index
	case old != "" && before == name:
		if err := names.Put(nameKey, key); err != nil {
			return fmt.Errorf("mend the index of names: %w", err)
		}
		return nil
	case has != nil:
		return ErrNameTaken
	}
	// An entry that is lost would let two connections have one name.
	if err := t.checkNames(); err != nil {
		return err
	}
	if old != "" {
		if err := names.Delete(t.nameKey(before)); err != nil {
			return fmt.Errorf("free the old name: %w", err)
		}
	}
	if err := names.Put(nameKey, key); err != nil {
		return fmt.Errorf("take the name: %w", err)
	}
	return nil
}

func errIndex() error { return fmt.Errorf("%w: its index of names is", ErrDamaged) }

// checkNames holds the index of names against the summaries, once in a transaction; what does not agree is [ErrDamaged]. It
// unseals all summaries, so only a name that is not there is worth it.
func (t *txn) checkNames() error {
	if t.indexed {
		return nil
	}
	names, err := t.bucket(bNames)
	if err != nil {
		return err
	}
	summaries, err := t.bucket(bSummaries)
	if err != nil {
		return err
	}
	var plain []byte
	c := summaries.Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		if plain, _, err = t.appendOpen(plain[:0], []byte(bSummaries), k, v); err != nil {
			return err
		}
		if string(names.Get(t.nameKey(nameIn(string(plain))))) != string(k) {
			return errIndex()
		}
	}
	t.indexed = true
	return nil
}
