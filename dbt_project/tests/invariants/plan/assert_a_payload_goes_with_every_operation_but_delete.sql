-- Also: an update that changes nothing would be sent for ever.
select entity, remote_id, operation, payload, payload_hash, changed_attributes
from {{ ref('plan_optiply') }}
where
    (operation = 'delete') != (payload is null)
    or (operation = 'delete') != (payload_hash is null)
    or (operation in ('update', 'replace') and changed_attributes is null)
