-- One row per entity, rule and severity of data_quality: how many records it concerns, and one of them.
with

data_quality as (
    select entity, remote_id, rule_id, reason, severity from {{ ref('data_quality') }}
)

select
    entity,
    rule_id,
    severity,
    count(distinct remote_id) as record_count,
    count(*) as row_count,
    min(remote_id) as example_remote_id,
    min_by(reason, coalesce(remote_id, '') || reason) as example_reason
from data_quality
group by entity, rule_id, severity
