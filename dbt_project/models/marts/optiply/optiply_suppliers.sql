-- One row per Exact account that is a supplier or was one: the supplier as it should be in Optiply.
with

suppliers as (
    select exact_account_id, supplier_name, emails, delivery_days, ignored_reason
    from {{ ref('int_suppliers__desired') }}
)

select
    exact_account_id as remote_id,
    supplier_name as name,
    emails,
    delivery_days as delivery_time,
    ignored_reason is not null as ignored
from suppliers
