{#- Fails for each row whose text is empty or longer than `maximum` characters. NULL passes. -#}
{% test text_length(model, column_name, maximum) %}
select {{ column_name }}
from {{ model }}
where length({{ column_name }}) > {{ maximum }} or {{ column_name }} = ''
{% endtest %}
