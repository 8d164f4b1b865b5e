-- One record, one operation: two rows would be two requests in no particular order.
select entity, remote_id, count(*) as row_count
from {{ ref('plan_optiply') }}
group by all
having count(*) > 1
