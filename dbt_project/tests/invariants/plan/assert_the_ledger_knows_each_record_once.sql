-- Two rows of one record in the ledger would plan it twice.
select entity, remote_id, count(*) as row_count
from {{ source('ledger', 'records') }}
group by all
having count(*) > 1
