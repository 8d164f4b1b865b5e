-- PC5: no product in the mart is a part of itself, over any number of compositions.
with recursive

compositions as (
    select composed_product_remote_id, part_product_remote_id from {{ ref('optiply_product_compositions') }}
),

-- union, so that a loop ends
reached as (
    select composed_product_remote_id as remote_id, part_product_remote_id as part_remote_id from compositions
    union
    select reached.remote_id, compositions.part_product_remote_id as part_remote_id
    from reached
    inner join compositions on reached.part_remote_id = compositions.composed_product_remote_id
)

select remote_id
from reached
where remote_id = part_remote_id
