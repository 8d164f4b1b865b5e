-- One row per deletion that Exact logged; it keeps them for two months.
select
    {{ guid('id') }} as exact_deletion_id,
    entity_type as entity_type_code,
    {{ guid('entity_key') }} as exact_record_id,
    {{ instant('deleted_date') }} as deleted_at,
    division as division_code,
    timestamp as row_version
from {{ source('raw_exact', 'deleted') }}
