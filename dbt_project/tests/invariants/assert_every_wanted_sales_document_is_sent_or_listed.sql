-- C9: a sales document of a source that is on is in the mart, leaves (SO4), or stands in the data-quality
-- list.
select verdicts.remote_id, verdicts.verdict, verdicts.rule_id
from {{ ref('int_orders__sell_document_verdicts') }} as verdicts
anti join {{ ref('optiply_sell_orders') }} as sell_orders on verdicts.remote_id = sell_orders.remote_id
anti join {{ ref('int_quality__sell_orders') }} as listed on verdicts.remote_id = listed.remote_id
-- SO1 and SO4: its source is off, or it is cancelled or deleted
where verdicts.rule_id is null or verdicts.rule_id not in ('SO1', 'SO4')
