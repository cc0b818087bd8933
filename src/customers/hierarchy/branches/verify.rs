//! The proof of what the hierarchy keeps: levels and counts computed anew from the parents alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::super::service::CustomerService;
use super::repository::{BranchRow, Branches, Counts, MemberRow};
use crate::shared::id::CustomerId;
use crate::shared::problem::Problem;

/// Longer chains than this are taken for a cycle.
const LONGEST: i64 = 1_000;

impl CustomerService {
    /// Computes branches, levels and counts anew from the parents, and names every difference to what is kept.
    pub async fn verify_hierarchy(&self) -> Result<Vec<String>, Problem> {
        let mut tx = self.database.snapshot().await?;
        let members = tx.hierarchy().members().await?;
        let mut found = Vec::new();
        let (branches, counts) = expected(&members, &mut found);
        compare(&mut found, "branch", &branches, &tx.hierarchy().kept_branches().await?);
        compare(&mut found, "count", &counts, &tx.hierarchy().kept_counts().await?);
        Ok(found)
    }
}

/// Branches and counts as they should be; what cannot be at all is named.
fn expected(members: &[MemberRow], found: &mut Vec<String>) -> (Branches, Counts) {
    let by_id: HashMap<CustomerId, &MemberRow> = members.iter().map(|member| (member.id, member)).collect();
    let (mut branches, mut counts) = (Branches::new(), Counts::new());
    for member in members.iter().filter(|member| member.deleted_at.is_none()) {
        let mut above = member.parent_id.and_then(|parent| by_id.get(&parent)).copied();
        let mut steps = 0;
        while let Some(ancestor) = above.filter(|_| steps < LONGEST) {
            if ancestor.deleted_at.is_some() {
                found.push(format!("customer {}: {} above it is deleted", member.id, ancestor.id));
            }
            let count = counts.entry((ancestor.id, member.partner_id, member.location_id)).or_insert((0, 0));
            count.0 += i64::from(steps == 0);
            count.1 += 1;
            steps += 1;
            above = ancestor.parent_id.and_then(|parent| by_id.get(&parent)).copied();
        }
        if steps == LONGEST {
            found.push(format!("customer {}: it hangs in a cycle", member.id));
            continue;
        }
        if let Some(parent) = member.parent_id.and_then(|parent| by_id.get(&parent)) {
            branches.entry(parent.id).or_insert_with(|| BranchRow {
                customer_id: parent.id,
                parent_id: parent.parent_id,
                level: steps,
                sort_name: parent.sort_name.clone(),
            });
        }
    }
    (branches, counts)
}

fn compare<K: Ord + std::fmt::Debug, V: PartialEq + std::fmt::Debug>(
    found: &mut Vec<String>,
    what: &str,
    expected: &BTreeMap<K, V>,
    kept: &BTreeMap<K, V>,
) {
    let keys: BTreeSet<&K> = expected.keys().chain(kept.keys()).collect();
    for key in keys {
        match (expected.get(key), kept.get(key)) {
            (Some(should), Some(is)) if should == is => {}
            (should, is) => found.push(format!("{what} {key:?}: kept {is:?}, should be {should:?}")),
        }
    }
}
