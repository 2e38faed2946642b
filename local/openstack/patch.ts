import type { Patch } from "../patch.ts";

/** Nobody edits the rules of a local cloud; who does, starts the cloud anew. */
const readOnce =
  "oslo.policy 5.0.0 looks for files of rules, and goes through all rules, at each question: 23 % of what neutron computes";

/** What is changed in released packages, below their `site-packages`. */
export const patches: readonly Patch[] = [
  {
    file: "oslo_messaging/_drivers/amqpdriver.py",
    find: "            except queue.Empty:\n                time.sleep(0.5)\n",
    replace: "            except queue.Empty:\n                time.sleep(0.01)\n",
    why: "oslo.messaging 17.3.0 looks for the answer of a remote call only twice a second (its way around bug 2035113)",
  },
  {
    file: "oslo_policy/policy.py",
    find: "            for default in self.registered_rules.values():\n",
    replace: "            for default in list(self.registered_rules.values()):\n",
    why: "oslo.policy 5.0.0 answers 500 when two first requests meet while one of them still registers the rules",
  },
  {
    file: "oslo_policy/policy.py",
    find: `        if self.use_conf:
            if not self.policy_path:
`,
    replace: `        registered = len(self.registered_rules)
        if self.use_conf and (
            force_reload
            or not self.rules
            or getattr(self, '_read', None) != registered
        ):
            if not self.policy_path:
`,
    why: readOnce,
  },
  {
    file: "oslo_policy/policy.py",
    find: "                self.check_rules()\n                self._need_check_rule = False\n",
    replace:
      "                self.check_rules()\n                self._need_check_rule = False\n            self._read = registered\n",
    why: readOnce,
  },
  {
    file: "oslo_policy/_checks.py",
    find: "    argspec = inspect.getfullargspec(rule.__call__)\n",
    replace: `    specs = _check.__dict__.setdefault('specs', {})
    argspec = specs.get(type(rule))
    if argspec is None:
        argspec = specs[type(rule)] = inspect.getfullargspec(rule.__call__)
`,
    why: "oslo.policy 5.0.0 looks at the arguments of a check each time that it runs: 13 % of what neutron computes",
  },
  {
    file: "designate/storage/sqlalchemy/__init__.py",
    find: `        new_serial = timeutils.utcnow_ts()
        query = tables.zones.update().where(
            tables.zones.c.id == zone_id).values(
            {'serial': new_serial, 'increment_serial': False}
        )
        with sql.get_write_session() as session:
            session.execute(query)
`,
    replace: `        with sql.get_write_session() as session:
            old_serial = session.execute(
                select(tables.zones.c.serial).where(
                    tables.zones.c.id == zone_id)).scalar()
            new_serial = max(timeutils.utcnow_ts(), (old_serial or 0) + 1)
            session.execute(tables.zones.update().where(
                tables.zones.c.id == zone_id).values(
                {'serial': new_serial, 'increment_serial': False}
            ))
`,
    why: "designate 22.0.1 gives a zone that is changed in the second it was made the same serial again, and bind does not fetch it",
  },
];
