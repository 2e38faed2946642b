package k3s

import (
	"context"
	"errors"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
)

// stalled knows since when a member has been a learner, by its id. One that does not get further, because its host died or
// its ports are closed, keeps all others from joining.
type stalled map[uint64]time.Time

// As long as k3s waits for a learner.
const learnerPatience = 5 * time.Minute

// drop removes learners that have been there for too long.
func (l stalled) drop(ctx context.Context, m *member) error {
	local, err := m.client(localEtcd)
	if err != nil {
		return err
	}
	defer local.Close()
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	list, err := local.MemberList(ctx)
	if err != nil {
		return err
	}
	seen := map[uint64]bool{}
	for _, other := range list.Members {
		if other.IsLearner {
			seen[other.ID] = true
		}
	}
	for _, id := range l.overdue(seen, time.Now()) {
		warn("Removing learner %x, which has made no progress for %s", id, learnerPatience)
		if _, err := local.MemberRemove(ctx, id); err != nil && !errors.Is(err, rpctypes.ErrMemberNotFound) {
			return err
		}
	}
	return nil
}

// overdue brings the list up to date and returns those whose time is over.
func (l stalled) overdue(learners map[uint64]bool, now time.Time) []uint64 {
	for id := range l {
		if !learners[id] {
			delete(l, id)
		}
	}
	var over []uint64
	for id := range learners {
		if _, known := l[id]; !known {
			l[id] = now
		}
		if now.Sub(l[id]) > learnerPatience {
			over = append(over, id)
		}
	}
	return over
}
