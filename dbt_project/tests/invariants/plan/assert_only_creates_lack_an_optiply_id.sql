-- A create of a record that Optiply holds would be a duplicate; all else needs the id of what it changes.
select
    planned.entity,
    planned.remote_id,
    planned.operation,
    planned.optiply_id,
    records.optiply_id as known_optiply_id
from {{ ref('plan_optiply') }} as planned
left join {{ source('ledger', 'records') }} as records
    on planned.entity = records.entity and planned.remote_id = records.remote_id
where
    (planned.operation = 'create') != (records.remote_id is null)
    or planned.optiply_id is distinct from records.optiply_id
