package k3s

import (
	"context"
	"errors"
	"strings"
	"time"

	"go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// awaitVoting waits until the local member answers and is no learner; a learner is promoted as soon as it has caught up.
func (m *member) awaitVoting(ctx context.Context, alive func() bool) error {
	local, err := m.client(localEtcd)
	if err != nil {
		return err
	}
	defer local.Close()
	for said := time.Now(); ; {
		err := m.vote(ctx, local)
		if err == nil || !alive() {
			return err
		}
		if time.Since(said) > 15*time.Second {
			said = time.Now()
			failure("Waiting for etcd to become available: %v", err)
			estateReason("the etcd of this server has no quorum; servers must reach each other on ports 2379 and 2380, and more than half of them must be up")
		}
		if err := sleep(ctx, 300*time.Millisecond); err != nil {
			return err
		}
	}
}

func (m *member) vote(ctx context.Context, local *clientv3.Client) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	status, err := local.Status(ctx, localEtcd)
	if err != nil {
		return err
	}
	if !status.IsLearner {
		_, err = local.Get(ctx, "health") // a linearizable read needs the quorum
		return err
	}
	others, err := m.client(strings.Split(firstLine(m.votersFile()), ",")...)
	if err != nil {
		return err
	}
	defer others.Close()
	if _, err := others.MemberPromote(ctx, status.Header.MemberId); err != nil {
		return err
	}
	info("Promoted learner %s", m.name)
	return errors.New("promoted; not seen locally yet")
}

// members lists the cluster's started members, for /db/info.
func (m *member) members(ctx context.Context) ([]memberInfo, error) {
	local, err := m.client(localEtcd)
	if err != nil {
		return nil, err
	}
	defer local.Close()
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	list, err := local.MemberList(ctx)
	if err != nil {
		return nil, err
	}
	var found []memberInfo
	for _, other := range list.Members {
		if other.Name != "" && !other.IsLearner {
			found = append(found, memberInfo{other.ID, other.Name, other.PeerURLs, other.ClientURLs})
		}
	}
	return found, nil
}

// remove takes a member out of the cluster, by its name. One that is not there is no error.
func (m *member) remove(ctx context.Context, name string) error {
	local, err := m.client(localEtcd)
	if err != nil {
		return err
	}
	defer local.Close()
	ctx, cancel := context.WithTimeout(ctx, 2*dialTimeout)
	defer cancel()
	list, err := local.MemberList(ctx)
	if err != nil {
		return err
	}
	index := -1
	for i, other := range list.Members {
		if other.Name == name {
			index = i
		}
	}
	if index < 0 {
		return nil
	}
	info("Removing name=%s id=%d address=%s from etcd", name, list.Members[index].ID, addressOf(list.Members[index]))
	_, err = local.MemberRemove(ctx, list.Members[index].ID)
	if errors.Is(err, rpctypes.ErrMemberNotFound) {
		return nil
	}
	return err
}

func addressOf(m *etcdserverpb.Member) string { return strings.Join(m.PeerURLs, ",") }
